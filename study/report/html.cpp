#include "study/report/html.h"

#include <fmt/format.h>

namespace scrim {
namespace {

std::string base64(const std::string& bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

/// "0.912 (0.880 to 0.941)", "-0.012 (...)": not broken in print.
bool is_figure(const std::string& cell) {
  const auto digit = cell.find_first_not_of("+-");
  return digit != std::string::npos && cell[digit] >= '0' && cell[digit] <= '9' && cell.size() < 40;
}

constexpr std::string_view style = R"(
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
  h1 { font-size: 1.6rem; margin-bottom: .3rem; }
  h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-top: 1px solid #8886; padding-top: 1rem; }
  h3 { font: 600 1rem/1.4 ui-monospace, monospace; margin: 1.2rem 0 .5rem; }
  p, li { max-width: 46rem; }
  .verdict { border: 1px solid #8886; border-left: 6px solid #0072b2; border-radius: 6px; padding: .2rem 1.2rem .6rem; }
  .verdict h2 { border: 0; margin: .6rem 0 .2rem; padding: 0; }
  .lead { font-size: 1.25rem; font-weight: 600; margin: .3rem 0; }
  .small { font-size: .85rem; opacity: .85; }
  dt { font-weight: 600; margin-top: .7rem; } dd { margin: .1rem 0 .3rem; max-width: 46rem; }
  dt span { font-size: .8rem; border-radius: 4px; padding: .1rem .5rem; margin-right: .3rem; color: #fff; }
  .good { background: #007a5a; } .fair { background: #9a5b00; } .poor { background: #b3261e; }
  .bargrid { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: .5rem 2rem; }
  .bars h3 { margin: .5rem 0 .2rem; }
  .bar { display: flex; align-items: center; gap: .5rem; font-size: .8rem; line-height: 1.35; }
  .bar span { flex: 0 0 8.5rem; opacity: .8; } .bar b { font-weight: 500; }
  .bar i { height: .75rem; border-radius: 2px; min-width: 1px; }
  i.a { background: #d55e00; } i.b { background: #0072b2; } i.c { background: #8888; }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem; }
  td, th { padding: .2rem 1.1rem .2rem 0; vertical-align: top; text-align: left; }
  th { font-weight: 600; border-bottom: 1px solid #8888; }
  td { white-space: nowrap; }
  table.facts td { white-space: normal; overflow-wrap: anywhere; }
  table.facts td:first-child { opacity: .7; }
  table.narrow th:not(:first-child) { writing-mode: vertical-rl; transform: rotate(180deg); padding: 0 0 .2rem; }
  table.narrow td { padding-right: .7rem; }
  .row { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: .8rem; }
  .plots { display: flex; flex-wrap: wrap; gap: 1.5rem; }
  figure { margin: 0; break-inside: avoid; }
  img, .picture { width: 100%; display: block; background: #000; border-radius: 4px; }
  svg text { fill: currentColor; font: 12px system-ui, sans-serif; }
  figcaption { font-size: .85rem; opacity: .8; padding-top: .25rem; }
  pre { font-size: .8rem; white-space: pre-wrap; }
  @media print {
    :root { font-size: 9px; }
    body { margin: 0; max-width: none; font-size: 11px; }
    p, li { max-width: none; }
    table { font-size: 7.5px; } td, th { padding-right: .5rem; } td { white-space: normal; } td.n { white-space: nowrap; }
    .scroll { overflow: visible; }
    .bargrid { grid-template-columns: repeat(3, 1fr); }
    .row { grid-template-columns: repeat(5, 1fr); gap: .5rem; break-inside: avoid; }
    .plots svg { width: 31%; height: auto; break-inside: avoid; }
    h2, h3, h2 + p, h3 + p { break-after: avoid; }
    section { break-inside: avoid; }
  }
)";

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

std::string figure_of_png(const std::string& png, std::string_view caption) {
  return fmt::format(
      "<figure><img alt=\"{0}\" src=\"data:image/png;base64,{1}\"><figcaption>{0}</figcaption></figure>\n",
      escaped(caption), base64(png));
}

std::string figure(const GrayImage& image, std::string_view caption) {
  return figure_of_png(encode_png(image), caption);
}

std::string html_page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
      "<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n{2}</body>\n</html>\n",
      escaped(title), style, body);
}

std::string html_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows, bool narrow) {
  std::string html = "<div class=\"scroll\">";
  html += narrow ? "<table class=\"narrow\">\n<tr>" : "<table>\n<tr>";
  for (const auto& cell : header) html += "<th>" + escaped(cell) + "</th>";
  html += "</tr>\n";
  for (const auto& row : rows) {
    html += "<tr>";
    for (const auto& cell : row)
      html += (is_figure(cell) ? "<td class=\"n\">" : "<td>") + escaped(cell) + "</td>";
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

}  // namespace scrim
