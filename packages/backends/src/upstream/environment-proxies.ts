import { readFileSync } from "node:fs"
import { getCACertificates } from "node:tls"

/** What the environment says of the way to other machines. */
export interface EnvironmentProxies {
  /** Proxy for `http:` addresses. */
  readonly httpProxy?: string
  /** Proxy for `https:` addresses. */
  readonly httpsProxy?: string
  /** Hosts that are asked without one, separated by commas. */
  readonly noProxy?: string
}

/** Variables that name a proxy, the one for `http:` first; `all_proxy` stands in for either. */
const variables = ["http_proxy", "https_proxy", "all_proxy"] as const

/** Lower case beats upper case, as in curl. */
const said = (env: NodeJS.ProcessEnv, name: string): string | undefined => {
  const value = (env[name] ?? env[name.toUpperCase()])?.trim()
  return value === "" ? undefined : value
}

/** The address of a proxy; one without a scheme is an HTTP one. */
const proxyOf = (env: NodeJS.ProcessEnv, name: string): string | undefined => {
  const value = said(env, name)
  return value === undefined || value.includes("://") ? value : `http://${value}`
}

/** The proxies that the environment names. */
export const environmentProxies = (env: NodeJS.ProcessEnv): EnvironmentProxies => {
  const [http, https, all] = variables.map((name) => proxyOf(env, name))
  const httpProxy = http ?? all
  const httpsProxy = https ?? all
  const noProxy = said(env, "no_proxy")
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy })
  }
}

/** The variable that should name a proxy and does not, if there is one. */
export const unusableProxy = (env: NodeJS.ProcessEnv): string | undefined =>
  variables
    .find((name) => {
      const proxy = proxyOf(env, name)
      return proxy !== undefined && !/^(https?|socks5?):$/.test(URL.parse(proxy)?.protocol ?? "")
    })
    ?.toUpperCase()

/**
 * The certificates to trust where `SSL_CERT_FILE` names a bundle: those that Node trusts anyway (`NODE_EXTRA_CA_CERTS` included), and these. A file
 * that cannot be read adds none.
 */
export const environmentCertificates = (env: NodeJS.ProcessEnv): ReadonlyArray<string> | undefined => {
  const file = env["SSL_CERT_FILE"]?.trim() ?? ""
  if (file === "") return undefined
  try {
    return [...getCACertificates("default"), readFileSync(file, "utf8")]
  } catch {
    return undefined
  }
}
