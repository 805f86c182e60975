/** Words of HTTP, good and bad, that cases are put together from. Bytes are Latin-1 text. */

const words = (text: string): string[] => text.split(" ");
const lines = (text: string): string[] => text.split("|");

export const INTERESTING_BYTES: readonly string[] = [
  ...'\r\n\0 \t\v\f:;,="\\/?#%@[]+-.0159aAfFgGxX\x7f\x80\x85\xa0\xff',
];

/** Numbers at which something may wrap, be cut or be mistaken. */
export const NUMBERS: readonly string[] = [
  ...words("0 1 2 5 9 10 15 16 99 100 255 256 1000 4095 4096 4097 65535 65536 99999"),
  ...words("2147483647 2147483648 4294967295 4294967296 4294967301 9007199254740991 9007199254740992"),
  ...words("9007199254740993 9223372036854775807 9223372036854775813 18446744073709551615"),
  ...words("18446744073709551621 99999999999999999999999999 -0 -1 +5 0x5 5e0 5.0 5_0 05 000"),
  ...words("7fffffff 80000000 ffffffff 100000000 1fffffffffffff 20000000000000 ffffffffffffffff"),
  ...words("10000000000000005 0000000000000005 00000000000000005 5\xa0 \xd9\xa5"),
];

export const METHODS: readonly string[] = words(
  "GET GET GET GET POST POST POST PUT HEAD DELETE OPTIONS PATCH get GETX M-SEARCH A",
);
export const BAD_METHODS: readonly string[] = [
  ...words("G(T PRI GET: G\xc9T \x16\x03\x01"),
  ...["", "G ET", "GET\0", "GET\t", "\tGET"],
];

export const PATHS: readonly string[] = words("/ /a /a/b?c=d /%41 // /.. /. /% /%00 /\\ /* /[]{}|^ /?");
export const ABSOLUTE_TARGETS: readonly string[] = words(
  "http://a http://a/ http://a?b https://a:1/b HTTP://A/ http://[::1]/ http://a:/%",
);
export const AUTHORITY_TARGETS: readonly string[] = words("a:80 [::1]:443 a: a :80 a:99999 a:80/ u@a:80");
export const BAD_TARGETS: readonly string[] = [
  ...words("http:/a http:///a http://u@a/ http://a:b/ http://[::1/ http://a:65536/ ftp://a/ * a ../x ? /#"),
  ...["", "/a b", "/\x80", "/a\t", "/\x7f", "/a\0b", "/a\r", "/\n"],
];

export const VERSIONS: readonly string[] = words(`${"HTTP/1.1 ".repeat(9)}HTTP/1.0 HTTP/1.2 HTTP/1.9`);
export const BAD_VERSIONS: readonly string[] = [
  ...words("HTTP/2.0 HTTP/0.9 HTTP/1.10 HTTP/1. HTTP/.1 HTTP/11 http/1.1 HTTP/1,1 HTTP/1.1. HTTP/-1.1"),
  ...["", "HTTPS/1.1", "HTTP/ 1.1", "HTTP/1.1 ", "HTTP/1.1\t", "HTTP/1.1\0"],
];

export const HOSTS: readonly string[] = [
  ...words("a example.com EXAMPLE.com. 127.0.0.1 [::1] [::1]:80 a:80 a: a:65535 a:65536 a:00080 a,b a%2Db"),
  ...words("[v1.a] [::ffff:1.2.3.4] [::] [1:2:3:4:5:6:7:8] a%zz a@b a/b a:b [::1 ::1 [::1]a [1::2::3]"),
  ...words("[12345::] a:99999999999 [fe80::1%25eth0]"),
  ...["", "a b", "a\tb", "\x80"],
];

export const FIELDS: readonly string[] = [
  ...lines("Accept: */*|User-Agent: x|Cookie: a=b|X:|X-Empty: |Accept-Encoding: gzip, br|X: \t \xe9 \t"),
  ...lines("Expect: 100-continue|expect: 100-Continue|Upgrade: h2c|TE: trailers|Content-Type: text/plain"),
  ...lines("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT|Content_Length: 5|Transfer_Encoding: chunked"),
];
/** What ends a connection, or seems to. */
export const ENDING_FIELDS: readonly string[] = [
  ...lines("Connection: close|Connection: keep-alive|connection: Keep-Alive, Close|Connection: closed"),
  ...lines("Connection: |Connection: a, close|Connection: keep-alive, TE|Expect: 200-ok|Expect: "),
];
export const BAD_FIELDS: readonly string[] = [
  ...lines("Host : a| Host: a|:a|:|X|X Y: z|X\0: y|X: \0|X: \x01|X: \x7f|\x80: y|X\xa0: y| folded|\tfolded"),
  ...lines(
    "Content-Length : 5|Transfer-Encoding : chunked|Content-Length\0: 5|X: a\nTransfer-Encoding: chunked",
  ),
  ...lines("X: a\rb|X: a\r\n b|Content-Length: \r\n 5|\vX: y|X:\0y"),
];
export const CODINGS: readonly string[] = [
  ...lines(
    "chunked|Chunked|CHUNKED|chunked |\tchunked|gzip, chunked|chunked, gzip|chunked, chunked|, chunked",
  ),
  ...lines('chunked,|identity|gzip|xchunked|chunkedx|chunked;x|\vchunked|chunked\v|\xa0chunked|"chunked"|'),
];

export const LINE_ENDS: readonly string[] = [
  ...["\n", "\r", "\r\r\n", "\n\r", "\r\n\r", " \r\n", "\t\r\n", "\0\r\n", ""],
];
/** What may stand between two requests. */
export const BETWEEN: readonly string[] = [
  ...["\r\n", "\r\n\r\n", "\r\n\r\n\r\n", "\n", "\r", " ", "\0", "0\r\n\r\n", "GET", "\x16\x03\x01\x02"],
  ...["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "X: y\r\n\r\n"],
];

export const TOKENS: readonly string[] = words("a b Q x-y ! #$&'*+^_`|~");
export const QUOTED: readonly string[] = ['""', '"a"', '";"', '"\\""', '"\\\\"', '"\x80 \t"'];
export const BAD_EXTENSIONS: readonly string[] = [
  ...[";", ";;a", " ;a", "; a", ";a =b", ";a= b", ";a=", ";=b", ";a\n", ";a\0", ";a\rb", "\t", " ", ";["],
  ...[";\xff", ';a="a', ';a="\\\r\n"', ';a="\r\n"', ';a="\0"', ';a="b"c', ';a=b"c"'],
];
/** Data that looks like framing. */
export const DATA: readonly string[] = [
  "0\r\n\r\n",
  "\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "5\r\n",
  "\n",
  "\0\xff",
];
