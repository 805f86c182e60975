/** The page's style sheet. ASCII, so that a page of ASCII names stays a string of bytes. */

export const STYLE: string = `
:root{color-scheme:light dark;--back:#fff;--front:#1c2128;--quiet:#59636e;--line:#d8dee4;--hover:#f3f6f9;
--link:#0a53be;--focus:#0969da;--box:#f6f8fa;--folder:#b7791f;--image:#1a7f37;--film:#cf222e;--sound:#8250df;
--pack:#9a6700;--code:#0969da;--bad:#cf222e}
@media (prefers-color-scheme:dark){:root{--back:#0f1318;--front:#e4e9ef;--quiet:#9aa5b1;--line:#2b323b;
--hover:#1a2028;--link:#79b8ff;--focus:#58a6ff;--box:#181d24;--folder:#e3b341;--image:#56d364;--film:#ff7b72;
--sound:#d2a8ff;--pack:#d29922;--code:#79c0ff;--bad:#ff7b72}}
*{box-sizing:border-box}
html{font:16px/1.5 system-ui,sans-serif;background:var(--back);color:var(--front);
-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:1.25rem clamp(.75rem,3vw,2rem) 3rem;max-width:64rem}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--focus);outline-offset:-2px;border-radius:6px}
h1,.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none!important}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;justify-content:space-between;
margin-bottom:1rem}
.path{flex:1 1 20rem;min-width:0}
.path ol{display:flex;flex-wrap:wrap;margin:0;padding:0;list-style:none;font-size:1.25rem}
.path li{min-width:0;overflow-wrap:anywhere;white-space:pre-wrap}
.path li+li::before{content:"\\203a";content:"\\203a"/"";color:var(--quiet);margin:0 .15em 0 .1em}
.path a,.path span{display:inline-block;padding:.1rem .35rem;border-radius:6px;text-decoration:none;
max-width:100%}
.path a:hover{background:var(--hover);text-decoration:underline}
.path span{font-weight:600}
.find{display:flex;gap:.75rem;align-items:center;flex:0 1 auto}
.find input{font:inherit;color:inherit;background:var(--box);border:1px solid var(--line);border-radius:8px;
padding:.4rem .7rem;width:15rem;max-width:100%}
.find input::placeholder{color:var(--quiet);opacity:1}
.count{color:var(--quiet);font-size:.875rem;white-space:nowrap}
.cols,.list>li{display:grid;grid-template-columns:minmax(0,1fr) 6.5rem 10.5rem;column-gap:1rem;align-items:center}
.cols{border-bottom:1px solid var(--line);padding:0 .6rem}
.cols form{display:flex;margin:0}
.cols form+form{justify-content:flex-end}
.cols button{font:inherit;font-size:.875rem;color:var(--quiet);background:none;border:0;border-radius:6px;
padding:.45rem .4rem;cursor:pointer}
.cols form:first-child button{margin-left:-.4rem}
.cols form+form button{margin-right:-.4rem}
.cols button:hover{background:var(--hover);color:var(--front)}
.cols button[data-now]{color:var(--front);font-weight:600}
.cols button[data-now]::after{content:"\\25b4";content:"\\25b4"/"";margin-left:.35em}
.cols button[data-now=desc]::after{content:"\\25be";content:"\\25be"/""}
.list{list-style:none;margin:0;padding:0}
.list>li{position:relative;padding:0 .6rem;border-bottom:1px solid var(--line)}
.list>li:hover,.list>li:focus-within{background:var(--hover)}
.big>li{content-visibility:auto;contain-intrinsic-size:auto 2.6rem}
.list a{display:flex;align-items:center;min-width:0;padding:.5rem 0;text-decoration:none;outline:0}
.list a::after{content:"";position:absolute;inset:0;border-radius:6px}
.list a:focus-visible::after{outline:2px solid var(--focus);outline-offset:-2px}
.list a:hover bdi{text-decoration:underline}
.list bdi{min-width:0;overflow-wrap:anywhere;white-space:pre-wrap}
.list data,.list time{color:var(--quiet);font-size:.875rem;text-align:right;white-space:nowrap;
font-variant-numeric:tabular-nums}
.list data{grid-column:2}.list time{grid-column:3}
.list data,.list time{position:relative}
.list a::before{content:"";flex:none;width:18px;height:18px;margin-right:.7rem;background:var(--quiet);
forced-color-adjust:none;clip-path:path(evenodd,"M3 1h7l5 5v11H3zM5 3v12h8V8H8V3z")}
.d>a::before{background:var(--folder);clip-path:path("M1 4.5Q1 3 2.500 3H7l2 2h6.500Q17 5 17 6.500V14q0 1.500-1.500 1.500h-13Q1 15.500 1 14z")}
.d>a{font-weight:500}
.i>a::before{background:var(--image);clip-path:path(evenodd,"M1 3h16v12H1zM3 5v8l3.500-4 2.500 3 2-2.500 4 3.500V5zM12 6h2v2h-2z")}
.v>a::before{background:var(--film);clip-path:path(evenodd,"M1 3h16v12H1zM7 6v6l5-3z")}
.a>a::before{background:var(--sound);clip-path:path("M6 3l10-2v12q0 2-2.500 2T11 13t3-2V5L8 6.200V15q0 2-2.500 2T3 15t3-2z")}
.z>a::before{background:var(--pack);clip-path:path(evenodd,"M2 2h14v4h-1v10H3V6H2zM7 8v2h4V8z")}
.c>a::before{background:var(--code);clip-path:path("M6 4l1.400 1.400L3.800 9l3.600 3.600L6 14 1 9zM12 4l5 5-5 5-1.400-1.400L14.200 9l-3.600-3.600z")}
.t>a::before{clip-path:path(evenodd,"M3 1h12v16H3zM5 4v1.500h8V4zM5 8v1.500h8V8zM5 12v1.500h5V12z")}
.none{color:var(--quiet);padding:1.5rem .6rem;margin:0}
.keys{color:var(--quiet);font-size:.8125rem;margin:.75rem .6rem}
kbd{font:inherit;font-size:.75rem;border:1px solid var(--line);border-radius:4px;padding:0 .3em;background:var(--box)}
.readme{margin-top:2rem;border:1px solid var(--line);border-radius:10px;overflow-wrap:anywhere}
.readme>h2{font-size:.875rem;font-weight:600;margin:0;padding:.6rem 1.25rem;background:var(--box);
border-bottom:1px solid var(--line);border-radius:10px 10px 0 0}
.text{padding:.5rem 1.25rem 1rem}
.text h2{font-size:1.5rem;border-bottom:1px solid var(--line)}.text h3{font-size:1.25rem}
.text h4,.text h5,.text h6{font-size:1rem}
.text img{max-width:100%;height:auto}
.text pre{background:var(--box);border-radius:8px;padding:.75rem 1rem;overflow:auto}
.text code{font-family:ui-monospace,monospace;font-size:.875em}
.text :not(pre)>code{background:var(--box);border-radius:4px;padding:.1em .3em}
.text blockquote{margin:0;padding-left:1rem;border-left:3px solid var(--line);color:var(--quiet)}
.text table{border-collapse:collapse;display:block;overflow:auto;width:max-content;max-width:100%}
.text th,.text td{border:1px solid var(--line);padding:.3rem .7rem}
.text hr{border:0;border-top:1px solid var(--line)}
.up{margin-top:1.25rem;border:2px dashed var(--line);border-radius:10px;padding:.9rem 1rem}
.up.over{border-color:var(--focus);background:var(--hover)}
.up form{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;margin:0}
.up label{font-weight:500}.up input{font:inherit;max-width:100%}
.up button{font:inherit;color:var(--front);background:var(--box);border:1px solid var(--line);border-radius:8px;
padding:.35rem .9rem;cursor:pointer}
.up .hint{color:var(--quiet);font-size:.875rem;margin:.4rem 0 0}
.up ul{margin:.6rem 0 0;padding:0;list-style:none}
.up li{display:grid;grid-template-columns:minmax(0,1fr) 8rem 15rem;gap:.2rem 1rem;align-items:center;
padding:.25rem 0;font-size:.875rem}
.up li>:last-child{grid-column:3}.up li>bdi{overflow-wrap:anywhere}
.up progress{width:100%;accent-color:var(--focus)}
.up .bad{color:var(--bad)}
@media (max-width:40rem){
body{padding-top:.75rem}.path{flex-basis:100%}
.find{flex:1 1 100%}.find input{flex:1;width:auto;min-width:0;font-size:16px}
.cols{grid-template-columns:1fr auto auto}
.list>li{grid-template-columns:auto 1fr;padding:.15rem .6rem .45rem;column-gap:.6rem}
.list a{grid-column:1/-1;padding:.35rem 0 0}
.list data,.list time{font-size:.8125rem;text-align:left}
.list data{grid-column:1;padding-left:calc(18px + .7rem)}
.list time{grid-column:2}
.list time:nth-child(2){grid-column:1/-1;padding-left:calc(18px + .7rem)}
.big>li{contain-intrinsic-size:auto 4rem}
.keys{display:none}.up li{grid-template-columns:minmax(0,1fr) auto}.up li>:last-child{grid-column:2;grid-row:1}
.up progress{grid-column:1/-1;grid-row:2}}
@media (hover:none){.keys{display:none}.list data,.list time{position:static}}
@media (prefers-reduced-motion:no-preference){.list>li,.path a,.cols button{transition:background-color .12s}}
@media print{:root{--back:#fff;--front:#000;--quiet:#444;--line:#ccc;--link:#000}
.find,.keys,.up{display:none}body{max-width:none;padding:0}.list a{padding:.15rem 0}
.list>li{break-inside:avoid}.big>li{content-visibility:visible}}
`;
