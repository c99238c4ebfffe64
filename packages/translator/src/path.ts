/** Where a value stands in a request. */
export type Path = ReadonlyArray<PropertyKey>

/** `messages.0.content.1.text` */
export const dotted = (path: Path): string => path.map(String).join(".")
