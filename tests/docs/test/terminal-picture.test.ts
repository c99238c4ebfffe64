import { assert, describe, it } from "vitest"
import { terminalPicture } from "../src/terminal-picture.ts"

const escape = "\u001b["

describe("a picture of a terminal", () => {
  it("shows letters where they stand, and those of markup as letters", () => {
    assert.match(terminalPicture(["ab", "<c> & d"], 10), /y="47\.5"[^>]*>&lt;c&gt; &amp; d<\/text>/)
  })

  it("has the colours of the escape sequences, until they are taken back", () => {
    const picture = terminalPicture([`${escape}1;38;2;255;0;16mred${escape}0m plain`], 10)
    assert.match(picture, /fill="#ff0010" font-weight="bold"[^>]*>red</)
    assert.match(picture, /x="41\.2"[^>]*fill="#d8dee9" xml:space="preserve"> plain</)
  })

  it("carries a colour to the next line, and paints grounds behind letters", () => {
    const picture = terminalPicture([`${escape}31;48;5;236ma`, "b"], 10)
    assert.lengthOf([...picture.matchAll(/fill="#303030"/g)], 2)
    assert.match(picture, /fill="#bf616a"[^>]*>b</)
  })
})
