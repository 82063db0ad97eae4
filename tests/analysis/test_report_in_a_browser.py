"""The report in headless Chromium: nothing goes wrong, nothing leaves the page, everybody can read and work it."""
import json
import os
import re
import sys
from pathlib import Path

import pytest

from safeconduct.report import report

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import chromium  # noqa: E402

# Every visible text with the colours it is read in; the background is that of the nearest ancestor that has one.
CONTRAST = """(() => {
  const rgb = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const out = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (!text || element.closest("script, title, option") || !element.getClientRects().length) continue;
    const style = getComputedStyle(element), svg = element.namespaceURI.includes("svg");
    let ground = element, back = [255, 255, 255];
    while (ground) {
      const colour = rgb(getComputedStyle(ground).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) { back = colour; break; }
      ground = ground.parentElement;
    }
    const a = light(rgb(svg ? style.fill : style.color)), b = light(back);
    out.push([text.slice(0, 40), (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]);
  }
  return out;
})()"""


@pytest.fixture(scope="module")
def browser():
    if not chromium.find():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("chromium is not here")
    with chromium.Browser() as b:
        yield b


@pytest.fixture(scope="module")
def page(example, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report(example), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def nothing_wrong(browser, page):
    browser.events.clear()
    yield
    browser.listen(0.1)
    told = ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")
    wrong = [e for e in browser.events if e["method"] in told]
    assert wrong == []
    asked = [e["params"]["request"]["url"] for e in browser.events if e["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if url != page.resolve().as_uri()] == []


def test_the_policy_stops_what_is_put_into_the_page(browser, page, tmp_path):
    """And the listening above hears it."""
    bad = tmp_path / "bad.html"
    text = page.read_text(encoding="utf-8")
    put = '<img src="https://example.org/x.png"><script>document.title = "!"</script></main>'
    bad.write_text(text.replace("</main>", put), encoding="utf-8")
    browser.open(bad)
    browser.listen(0.3)
    told = [e["params"]["entry"]["text"] for e in browser.events if e["method"] == "Log.entryAdded"]
    assert any("example.org" in t and "Content Security Policy" in t for t in told)
    assert any("script-src" in t for t in told) and browser.run("document.title") != "!"
    browser.events.clear()


def test_click_a_state_and_read_its_odds(browser, page):
    browser.open(page)
    x, y = browser.run("""(() => { document.getElementById("world").scrollIntoView({block: "center"});
        const r = document.getElementById("s-KAZ").getBoundingClientRect();
        return [r.x + r.width / 2, r.y + r.height / 2]; })()""")
    browser.click(x, y)
    text = browser.run('document.getElementById("state").innerText')
    assert text.startswith("Kazakhstan") and "no duty to arrest" in text
    states = json.loads(re.search(r'id="states">(.*?)</script>', page.read_text(encoding="utf-8"), re.S)[1])
    for name, value in states["KAZ"]["odds"]:
        assert name in text and value in text
    shown = browser.run('[...document.querySelectorAll("#state svg text")].map((t) => t.textContent)')
    for term, logits in states["KAZ"]["terms"]:
        assert term in shown and f"{abs(logits):.2f}" in shown[shown.index(term) + 1]
    assert browser.run('document.getElementById("pick").value') == "KAZ"


def test_the_map_is_walked_by_keyboard(browser, page):
    browser.open(page)
    browser.run('document.querySelector("#world [tabindex=\\"0\\"]").focus()')
    first = browser.run("document.activeElement.id")
    browser.key("ArrowLeft", 37)
    second = browser.run("document.activeElement.id")
    assert first == "s-TJK" and second not in ("", first)
    assert browser.run('document.querySelectorAll("#world [aria-selected=true]").length') == 1
    assert browser.run('document.querySelectorAll("#world [tabindex=\\"0\\"]").length') == 1
    browser.run('const p = document.getElementById("pick"); p.value = "MNG"; p.dispatchEvent(new Event("change"))')
    assert browser.run('document.getElementById("state").innerText').startswith("Mongolia")


def test_tab_goes_down_the_page(browser, page):
    """Every stop is visible or the skip link, in the order of the page, and what has focus shows it."""
    browser.open(page)
    tops, names = [], []
    for _ in range(60):
        browser.key("Tab", 9)
        top, name, ring = browser.run("""(() => { const e = document.activeElement, s = getComputedStyle(e);
            const order = [...document.querySelectorAll("*")].indexOf(e);
            return [order, e.id || e.tagName + " " + e.textContent.trim().slice(0, 20),
                    s.outlineStyle !== "none" || e.matches(".state")]; })()""")
        if name.startswith("BODY") or name in names:
            break
        tops.append(top)
        names.append(name)
        assert ring, name
    assert tops == sorted(tops) and len(names) > 15
    assert names[0].startswith("A Skip") and "pick" in names and "s-TJK" in names


def test_the_colour_can_be_chosen(browser, page):
    browser.open(page)
    count = '[...document.querySelectorAll(".state.c5")].length'
    before = browser.run(count)
    browser.run('document.querySelectorAll("input[name=metric]")[1].click()')
    assert browser.run(count) > 20 > before  # most members would rather not
    assert browser.run('[...document.querySelectorAll(".legend[data-metric]")].filter((l) => !l.hidden).length') == 1


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read(browser, page, dark):
    browser.open(page, dark=dark)
    browser.run('document.querySelectorAll("details").forEach((d) => d.open = true)')
    seen = browser.run(CONTRAST)
    assert len(seen) > 1000
    assert [(text, round(ratio, 2)) for text, ratio in seen if ratio < 4.5] == []


def test_controls_and_pictures_have_names(browser, page):
    browser.open(page)
    nameless = '[...document.querySelectorAll("input, select")].filter((e) => !e.labels.length).length'
    assert browser.run(nameless) == 0
    assert browser.run("""[...document.querySelectorAll("svg")].filter((s) =>
        s.getAttribute("aria-hidden") !== "true" && !s.getAttribute("aria-label")).length""") == 0
    assert browser.run('document.documentElement.lang') == "en"
    assert browser.run("""[...document.querySelectorAll("th")].filter((t) => !t.scope).length""") == 0


@pytest.mark.parametrize("width", [320, 390, 768])
def test_a_phone_does_not_scroll_sideways(browser, page, width):
    browser.open(page, width=width, height=800, phone=True)
    assert browser.run("document.documentElement.scrollWidth") <= width
    small = browser.run("""[...document.querySelectorAll("select, summary, nav a, fieldset label")]
        .map((e) => e.getBoundingClientRect()).filter((r) => r.width && r.height < 24).length""")
    assert small == 0  # fingers


def test_the_odds_of_an_occasion_fit_their_column(browser, page):
    browser.open(page, width=1200, height=800)
    beyond = browser.run("""(() => { const odds = document.querySelector("#calendar .goes");
        odds.innerHTML = "goes 98.9 % <small>(97.9 to 100.0)</small>";  // as long as it comes, with many histories
        return odds.scrollWidth - odds.clientWidth; })()""")
    assert beyond <= 0


def test_it_prints(browser, page):
    browser.open(page)
    paper = browser.paper()
    sheets = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert 3 <= sheets <= 14
    assert len(browser.picture()) > 20_000
