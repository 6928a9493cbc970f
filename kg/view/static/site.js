// Language and theme of the pages of the site, remembered with those of the graph page.
"use strict";
(function () {
  const root = document.documentElement;
  const remember = (name, value) => {
    try { // some browsers refuse storage to a file that was mailed
      if (value !== undefined) localStorage.setItem(`kg.${name}`, value);
      return localStorage.getItem(`kg.${name}`);
    } catch { return null; }
  };
  root.dataset.theme = remember("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.lang = remember("lang") === "en" ? "en" : "bg";
  document.getElementById("theme").addEventListener("click", () => remember("theme", root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark"));
  document.getElementById("language").addEventListener("click", () => remember("lang", root.lang = root.lang === "bg" ? "en" : "bg"));
})();
