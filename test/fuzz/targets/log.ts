/** What the peer has sent and the log and the error page show: a line stays a line, text stays text. */

import { escapeText } from "../../../src/files/html.ts";
import { answerMessage, errorMessage } from "../../../src/handler/log-line.ts";
import { quoted } from "../../../src/handler/percent-format.ts";
import { asciiLower } from "../../../src/protocol/text.ts";
import { requestText } from "../pieces.ts";
import { type Fault, fromLatin1, type FuzzCase, latin1, type Target, wrong } from "../target.ts";

const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

export const logTarget: Target = {
  name: "log",
  generate: (random) =>
    fromLatin1(
      random.oneIn(2) ? requestText(random) : random.some(20, () => random.pick("<>&\"'\x1b\\\x9b\r\n%s")),
    ),
  check: checkLog,
};

function checkLog({ bytes }: FuzzCase): Fault | undefined {
  const text = latin1(bytes);
  for (const message of [answerMessage(text, "200", "-"), errorMessage(quoted(text))]) {
    if (CONTROL.test(message.replaceAll(/\x1b\[\d+m/g, "")))
      return wrong(`logged as ${JSON.stringify(message)}`);
  }
  if (/[<>]|&(?!amp;|lt;|gt;|quot;|#)/.test(escapeText(text))) return wrong("markup gets through");
  const lowered = asciiLower(text);
  return lowered.length === text.length && !/[A-Z]/.test(lowered)
    ? undefined
    : wrong(`lowered to ${lowered}`);
}
