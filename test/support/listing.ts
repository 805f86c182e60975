/** What a listing's page says, for tests that are not about its markup. */

/** An entry as the page shows it, and where it leads. Both are as they stand in the markup. */
export type ListedEntry = [label: string, href: string];

const ROW =
  /<li(?: class="\w")?><a href="([^"]*)"><bdi>([^<]*)<\/bdi><\/a>(?:<data [^>]*>[^<]*<\/data>)?(?:<time [^>]*>[^<]*<\/time>)?<\/li>\n/g;

/** The entries of a page, in order. */
export function listedEntries(page: string): ListedEntry[] {
  return Array.from(page.matchAll(ROW), ([, href, label]) => [label!, href!]);
}

/** A page without its own style and script: what is left depends on the directory. */
export function withoutOwnParts(page: string): string {
  const style = page.replace(/<style>[^<]*<\/style>/, "");
  return style.slice(0, style.lastIndexOf("<script>"));
}
