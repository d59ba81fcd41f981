// Sets formulas as GitHub's MathJax does: a JSON list comes in, [formula, error] pairs go out.
import { readFileSync } from "node:fs";
import mathjax from "mathjax";

// what GitHub leaves out, and one that needs a page to draw on
const without = ["noerrors", "noundefined", "bbox", "html", "require", "newcommand"];
without.push("action", "colortbl", "bussproofs");

const { tex2mml } = await mathjax.init({
  loader: { load: ["input/tex-full"] },
  tex: { packages: { "[-]": without } },
  startup: { typeset: false },
});
const rejected = [];
for (const formula of JSON.parse(readFileSync(0, "utf8"))) {
  const error = tex2mml(formula).match(/data-mjx-error="([^"]*)"/);
  if (error) rejected.push([formula, error[1]]);
}
console.log(JSON.stringify(rejected));
