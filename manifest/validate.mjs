// Validates the JSON files of an app package against Microsoft's own schemas, which @microsoft/app-manifest ships.
// Usage: node manifest/validate.mjs <folder with manifest.json and language files>
// Prints one line per error and ends with 1 when there are any, with 2 when it cannot validate at all.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const folder = process.argv[2];
if (!folder) {
  console.error("Usage: node manifest/validate.mjs <folder>");
  process.exit(2);
}

const Ajv = require("ajv-draft-04").default;
const addFormats = require("ajv-formats").default;
const schemas = join(dirname(require.resolve("@microsoft/app-manifest/package.json")), "build", "json-schemas", "teams");

const read = (file) => JSON.parse(readFileSync(file, "utf8"));

function errorsOf(name, schemaFile, options) {
  const ajv = addFormats(new Ajv({ strict: false, allErrors: true, validateFormats: true, ...options }));
  const validate = ajv.compile(read(schemaFile));
  validate(read(join(folder, name)));
  return (validate.errors ?? []).map((error) => `${name}${error.instancePath || "/"}: ${error.message}`);
}

const manifest = read(join(folder, "manifest.json"));
const version = join(schemas, `v${manifest.manifestVersion}`);
const info = manifest.localizationInfo ?? {};
const languages = [info.defaultLanguageFile, ...(info.additionalLanguages ?? []).map((language) => language.file)];
const errors = [
  ...errorsOf("manifest.json", join(version, "MicrosoftTeams.schema.json"), {}),
  // One pattern of the localization schema is no valid unicode expression.
  ...languages
    .filter(Boolean)
    .flatMap((file) => errorsOf(file, join(version, "MicrosoftTeams.Localization.schema.json"), { unicodeRegExp: false })),
];
for (const error of errors) console.log(error);
process.exit(errors.length ? 1 : 0);
