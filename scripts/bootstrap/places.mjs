import { fileURLToPath } from "node:url"

/**
 * Where everything lives in a checkout.
 * @param {string} [root]
 */
export function placesOf(root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "")) {
  return {
    root,
    tools: `${root}/.tools`,
    pnpm: `${root}/.tools/node_modules/.bin/pnpm`,
    node: `${root}/node_modules/node/bin/node`,
    compileCache: `${root}/.tools/compile-cache`,
    workspaceStamp: `${root}/node_modules/.pensieve-stamp`,
    workspaceState: `${root}/node_modules/.pnpm-workspace-state-v1.json`,
    bins: [`${root}/.tools/node_modules/.bin`, `${root}/scripts/node_modules/.bin`, `${root}/node_modules/.bin`],
    bridge: `${root}/python_bridge`,
    venv: `${root}/python_bridge/.venv`,
    python: `${root}/python_bridge/.venv/bin/python`,
    pythonStamp: `${root}/python_bridge/.venv/.pensieve-stamp`,
    main: `${root}/apps/proxy/src/main.ts`,
    reports: `${root}/.reports`
  }
}

/** @typedef {ReturnType<typeof placesOf>} Places */
/** @typedef {Pick<Places, "bridge" | "venv" | "python" | "pythonStamp" | "tools">} EnginePlaces */
