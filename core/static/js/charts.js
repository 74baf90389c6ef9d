// Draws the charts of a dashboard in the page's colours; a click, or Enter in the table below, opens what a bar counts.
import "../vendor/chartjs/chart.umd.min.js";

const { Chart } = globalThis;
const language = document.documentElement.lang;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const PALETTE = ["--accent", "--chart-2", "--chart-3", "--chart-4"];

function short(value) {
  return new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

function full(value, { currency = "", decimals }) {
  const digits = currency ? { minimumFractionDigits: decimals, maximumFractionDigits: decimals } : {};
  return `${new Intl.NumberFormat(language, digits).format(value)} ${currency}`.trim();
}

function datasets(data) {
  return data.series.map((series, n) => ({
    label: series.label,
    data: series.values,
    backgroundColor: colour(PALETTE[n % PALETTE.length]),
    borderColor: colour(PALETTE[n % PALETTE.length]),
    borderRadius: 2,
    maxBarThickness: 34,
  }));
}

// "Jan 2026" stands in two lines under a narrow bar.
function lines(data) {
  return data.kind === "across" ? data.labels : data.labels.map((label) => (/\b\d{4}(\b|年)/.test(label) ? label.replace(/^(\d+)年(.+)$/, "$2 $1").split(" ") : label));
}

function options(data, canvas) {
  const across = data.kind === "across";
  const axis = { grid: { color: colour("--line") }, border: { display: false }, ticks: { color: colour("--ink-2") } };
  const values = { ...axis, beginAtZero: true, ticks: { ...axis.ticks, callback: short, maxTicksLimit: 5 } };
  const labels = { ...axis, grid: { display: false } };
  return {
    indexAxis: across ? "y" : "x",
    animation: false,
    maintainAspectRatio: false,
    scales: across ? { x: values, y: labels } : { x: labels, y: values },
    plugins: {
      legend: { display: data.series.length > 1, labels: { color: colour("--ink-2"), boxWidth: 10, boxHeight: 10 } },
      tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${full(item.raw, data.series[item.datasetIndex])}` } },
    },
    onHover: (_event, hit) => { canvas.style.cursor = hit.length && data.links.length ? "pointer" : "default"; },
    onClick: (_event, hit) => { if (hit.length && data.links[hit[0].index]) location.assign(data.links[hit[0].index]); },
  };
}

function draw(canvas) {
  const data = JSON.parse(canvas.dataset.chart);
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 11.5;
  const type = data.kind === "line" ? "line" : "bar";
  return new Chart(canvas, { type, data: { labels: lines(data), datasets: datasets(data) }, options: options(data, canvas) });
}

const drawn = new Map();
function drawAll() {
  for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
    drawn.get(canvas)?.destroy();
    drawn.set(canvas, draw(canvas));
  }
}

drawAll();
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
