/**
 * What a model writes, piece by piece: ordinary text, or a marker (one special or added token of its vocabulary).
 * The same letters inside ordinary text are never a marker.
 */
export type ModelPiece = { readonly text: string } | { readonly marker: string }
