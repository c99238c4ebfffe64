const here = ["127.0.0.1", "localhost", "::1"]

/** What changes in a client's environment so that it reaches this machine directly where the user's network has a proxy for all others. */
export const pastProxies = (env: NodeJS.ProcessEnv): Readonly<Record<string, string>> => {
  const named = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].some((name) => env[name] || env[name.toLowerCase()])
  if (!named) return {}
  const before = (env["no_proxy"] ?? env["NO_PROXY"] ?? "").split(",").map((host) => host.trim())
  const hosts = [...new Set([...before, ...here])].filter((host) => host !== "").join(",")
  return { NO_PROXY: hosts, no_proxy: hosts }
}
