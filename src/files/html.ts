/** `text` for the inside of an element. Quotes stay, as Python's `html.escape(quote=False)` leaves them. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
