/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "doveadm-backscatter-html-parts.h"

/* Colours have a contrast of at least 4.5 to 1 for text and 3 to 1 for bars,
   on light and on dark. On a phone each row of a table is two lines: the name,
   and below it the numbers. */
const char backscatter_html_style[] =
":root{--bg:#fbfaf8;--card:#fff;--text:#1d1c1a;--dim:#5f5b55;--line:#dcd8d1;"
"--genuine:#1b62b5;--backscatter:#a8460b;--filed:#a8460b;--discarded:#8a2f86;"
"--would:#7a5c00;--good:#1d6b35;--bad:#b3261e}\n"
"@media(prefers-color-scheme:dark){:root{--bg:#171615;--card:#211f1e;"
"--text:#ece9e4;--dim:#aaa49b;--line:#3b3835;--genuine:#79b1f2;"
"--backscatter:#f39a5f;--filed:#f39a5f;--discarded:#e08fdc;--would:#dfb94a;"
"--good:#7fd394;--bad:#ff9087}}\n"
"*{box-sizing:border-box}\n"
"body{margin:0 auto;max-width:72rem;padding:1.5rem clamp(1rem,4vw,2.5rem) 3rem;"
"background:var(--bg);color:var(--text);"
"font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",\"DejaVu Sans\",sans-serif}\n"
"h1{font-size:clamp(1.4rem,4vw,2rem);line-height:1.2;margin:0;"
"overflow-wrap:anywhere}\n"
"h2{font-size:1.25rem;margin:2.5rem 0 .75rem}\n"
"h3{font-size:1rem;margin:0}\n"
"header p,footer p,section>p{color:var(--dim);margin:.25rem 0 0}\n"
"section>p{margin:0 0 1rem}\n"
".tiles{display:grid;gap:.75rem;margin:1.5rem 0;"
"grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr))}\n"
".tile{background:var(--card);border:1px solid var(--line);"
"border-top:4px solid var(--c,var(--dim));border-radius:.5rem;"
"padding:.6rem .9rem .7rem}\n"
".tile dt{color:var(--dim);font-size:.875rem}\n"
".tile dd{margin:0;font-size:1.7rem;line-height:1.2;font-weight:600;"
"font-variant-numeric:tabular-nums}\n"
".genuine{--c:var(--genuine)}.backscatter{--c:var(--backscatter)}"
".filed{--c:var(--filed)}.discarded{--c:var(--discarded)}"
".would-be-filed{--c:var(--would)}\n"
".note{margin:.5rem 0;padding:.6rem .9rem;border-left:4px solid var(--dim);"
"background:var(--card)}\n"
".note.good{border-color:var(--good)}.note.bad{border-color:var(--bad)}"
".note.bad strong{color:var(--bad)}\n"
".plots{display:grid;gap:1rem}\n"
"figure{margin:0;padding:.9rem 1rem .8rem;background:var(--card);"
"border:1px solid var(--line);border-radius:.5rem}\n"
"figcaption{display:flex;justify-content:space-between;align-items:baseline;"
"margin-bottom:.9rem}\n"
"figcaption p{margin:0;color:var(--dim);font-variant-numeric:tabular-nums}\n"
"figcaption h3::before{content:\"\";display:inline-block;width:.7em;height:.7em;"
"border-radius:2px;margin-right:.5em;background:var(--c)}\n"
".chart{display:grid;grid-template-columns:3.6rem 1fr;grid-template-rows:8.5rem auto}\n"
".y{position:relative}\n"
".y span{position:absolute;right:.6rem;transform:translateY(50%);"
"font-size:.75rem;line-height:1;color:var(--dim);"
"font-variant-numeric:tabular-nums}\n"
"svg{width:100%;height:100%;display:block;overflow:visible}\n"
"rect{fill:var(--c)}\n"
".grid{fill:none;stroke:var(--line);stroke-width:1;"
"vector-effect:non-scaling-stroke}\n"
".x{grid-column:2;display:flex;justify-content:space-between;padding-top:.4rem;"
"font-size:.75rem;color:var(--dim);font-variant-numeric:tabular-nums}\n"
"details{margin-top:1rem}\n"
"summary{cursor:pointer;padding:.4rem 0;color:var(--genuine)}\n"
":focus-visible{outline:2px solid var(--genuine);outline-offset:2px}\n"
"table{width:100%;border-collapse:collapse;background:var(--card);"
"border:1px solid var(--line)}\n"
"th,td{padding:.45rem .75rem;text-align:right;vertical-align:baseline;"
"border-top:1px solid var(--line);font-variant-numeric:tabular-nums}\n"
"th:first-child{text-align:left;overflow-wrap:anywhere}\n"
"thead th{color:var(--dim);font-size:.8125rem;font-weight:600;border-top:0;"
"hyphens:manual}\n"
"tbody th{font-weight:500;width:45%}\n"
"small{display:block;color:var(--dim);font-size:.8125rem;font-weight:400}\n"
".zero{color:var(--dim)}\n"
"footer{margin-top:2.5rem;font-size:.875rem}\n"
"@media(max-width:40rem){\n"
"table,thead,tbody{display:block}\n"
"tr{display:grid;grid-template-columns:repeat(var(--n),1fr);"
"padding:.5rem .6rem;border-top:1px solid var(--line)}\n"
"thead tr{border-top:0;align-items:end}\n"
"thead th:first-child{display:none}\n"
"th,td{border:0;padding:.1rem .15rem}\n"
"tbody th{grid-column:1/-1;width:auto}\n"
"thead th{font-size:.75rem}\n"
".tiles{grid-template-columns:repeat(2,1fr)}\n"
".chart{grid-template-columns:3rem 1fr;grid-template-rows:7rem auto}\n"
"figure{padding:.8rem .75rem}\n"
"}\n"
"@media print{body{max-width:none}figure,tr{break-inside:avoid}}\n";

struct backscatter_html_reason {
	const char *reason, *text;
};

static const struct backscatter_html_reason backscatter_html_reasons[] = {
	{ "dkim-full", "our signature on header and body" },
	{ "dkim-headers", "our signature on the header" },
	{ "sent-copy", "a copy is in the mailbox of sent mail" },
	{ "unsigned", "the original has no signature" },
	{ "bad-signature", "the signature is not ours" },
	{ "foreign-signature", "signed by other domains only" },
	{ "key-missing", "there is no such key" },
	{ "key-revoked", "the key was revoked" },
	{ "key-unusable", "our key cannot be used: mend it" },
	{ "key-retired", "signed after the key was retired" },
	{ "weak-key", "the key has too few bits" },
	{ "expired", "the signature has expired" },
	{ "future", "signed in the future" },
	{ "stale", "the signature is too old" },
	{ "replayed", "more bounces than the mail had recipients" },
	{ "disowned", "sent while the account was in other hands" },
	{ "no-original", "nothing of the original came back" },
	{ "altered", "our signature, changed on the way" },
	{ "damaged", "a signature that may be ours, too damaged to read" },
	{ "forwarded", "mail from outside that was sent on from here" },
	{ "no-signature-yet", "sent before all mail was signed" },
	{ "sender-mismatch", "another user's mail" },
	{ "truncated", "the original was cut" },
	{ "over-limit", "too large to be read to its end" },
	{ "spf-pass", "came from a server of ours" },
	{ "dns", "the key could not be looked up" },
	{ "state", "a failure of this server" }
};

const char *backscatter_html_reason(const char *reason)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(backscatter_html_reasons); i++) {
		if (strcmp(backscatter_html_reasons[i].reason, reason) == 0)
			return backscatter_html_reasons[i].text;
	}
	return NULL;
}
