// The page's own words, in the browser's language: Chinese, or else English. One file a language in words/.

export const language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";

const catalogue = await (await fetch(`/static/words/${language}.json`)).json();
document.documentElement.lang = language;

/** The phrase of that name, with facts in its braces. */
export function phrase(name, facts = {}) {
  return catalogue[name].replace(/\{(\w+)\}/g, (_, fact) => facts[fact]);
}
