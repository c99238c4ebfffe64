/** Comments of JSON5, or strings, in which there are none. */
const commentOrString = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g

/** JSON without its comments, each line where it was. Tabs at the beginning of lines become spaces, which YAML takes. */
export const withoutComments = (text: string): string =>
  text
    .replace(commentOrString, (found) => (found.startsWith("/") ? found.replace(/[^\n]/g, " ") : found))
    .replace(/^[\t ]+/gm, (indent) => indent.replaceAll("\t", "  "))
