/** The little of SVG that the chart needs: elements, escaping, and how wide text may become. */

type Attributes = Readonly<Record<string, string | number>>;

/** An element with `children`, which are markup already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${attributeValue(value)}"`);
  const start = `<${name}${list.join("")}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join("")}</${name}>`;
}

/** `text` as markup. Characters that XML 1.0 cannot hold, escaped or not, are replaced. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A tenth of a pixel is as exact as a drawing needs to be. */
function attributeValue(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value * 10) / 10) : escapeXml(value);
}

/**
 * The most pixels that `text` takes. The reader's font is not known here, so letters count as in the widest of those
 * that stand in for `sans-serif`.
 */
export function textWidth(text: string, fontSize: number, isBold = false): number {
  let ems = 0;
  for (const letter of text) ems += letterEms(letter);
  return ems * fontSize * (isBold ? 1.12 : 1);
}

function letterEms(letter: string): number {
  if (/[ijl.,:;'|! \u00a0]/.test(letter)) return 0.35;
  if (/[a-z0-9()/-]/.test(letter) && !/[mw]/.test(letter)) return 0.64;
  return /[\x20-\x7e]/.test(letter) && !/[mMwW@%]/.test(letter) ? 0.8 : 1;
}

/** `text`, or as much of its beginning as is no wider than `width`, and an ellipsis. */
export function fitted(text: string, width: number, fontSize: number, isBold = false): string {
  if (textWidth(text, fontSize, isBold) <= width) return text;
  const letters = Array.from(text);
  while (letters.length > 0 && textWidth(`${letters.join("")}…`, fontSize, isBold) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** `text` in lines no wider than `width`. */
export function wrapped(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trimStart();
    if (lines.length > 0 && textWidth(longer, fontSize) <= width) lines[lines.length - 1] = longer;
    else lines.push(fitted(word, width, fontSize));
  }
  return lines;
}
