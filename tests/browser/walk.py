"""What people do on the chat page, in words."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Error, Page, expect

CRISIS = "whats the point im done"
ANSWER = "told to leave home"
EMPTY = "about:blank"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


async def write(page: Page, text: str) -> None:
    """Type a message, send it with Enter, wait until it is in the thread and answered."""
    before = await page.locator("#items > .item").count()
    await page.get_by_role("textbox").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.locator("#unsent .item")).to_have_count(0)
    await expect(page.locator("#items > .item")).not_to_have_count(before)


async def choose_looks(page: Page, **looks: str) -> None:
    """Set display settings as a returning visitor has them, and open the page again."""
    order = {"language": "en", "size": "100", "contrast": "normal", "font": "plain", "theme": "auto", **looks}
    address = page.url
    await page.context.add_cookies([{"name": "v", "value": ".".join(order.values()), "url": address}])
    await close_page(page)
    await page.goto(address)


async def close_page(page: Page, tries: int = 5) -> None:
    """Leave the page for an empty one; a page whose session is gone may be loading itself anew, which is let end."""
    try:
        await page.goto(EMPTY)
    except Error:
        if not tries:
            raise
        await page.wait_for_load_state()
        await close_page(page, tries - 1)


async def violations(page: Page) -> list[str]:
    """What axe finds, each as rule and places; empty when all is well.

    On a screen as long as the page: what is half under the box at the moment is not a small target.
    """
    height = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    found = await Axe().run(page, options=RULES)
    return [f"{v['id']}: {[n['html'][:120] for n in v['nodes']]}" for v in found.response["violations"]]


async def is_wider_than_screen(page: Page) -> bool:
    """True when the page can be scrolled sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
