// Before anything is drawn, so that no page flashes: the theme that was chosen here last.
const chosen = localStorage.getItem('theme');
if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
