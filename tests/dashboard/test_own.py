"""Programs of one's own, written in the dashboard.

1. A form asks for every field that may be said of one, as `/api/fields` tells it; what is sent is found.
2. What is wrong is told at its fields, which have the focus and are open to be seen; all else above the button.
3. One is changed with what it has, and removed after a question. Programs of networks are not.
4. Without a key of scope import it says what is needed.
5. axe-core has nothing against it, and it fits a phone.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.dashboard.browsing import Visit
from tests.dashboard.test_for_everyone import violations
from tests.dashboard.test_operate import LONG, with_key
from tests.words import Catalogue

LEFT_OUT = {"commissionType", "commissionRules"}  # the first follows from the rates, of the second there may be many


def own(catalogue: Catalogue, id: int) -> dict[str, Any]:
    answer: dict[str, Any] = catalogue.get(f"/api/programs/{id}")
    return answer


def open_all(visit: Visit) -> None:
    visit.page.evaluate("document.querySelectorAll('.own-group').forEach(each => { each.open = true; })")


def field(visit: Visit, key: str) -> Any:
    return visit.page.locator(f"#own-{key}")


def test_every_field_is_asked_for_and_what_is_sent_is_found(operator: Visit, own_stock: Catalogue) -> None:  # 1
    with_key(operator, own_stock, path="/own")
    asked = operator.page.locator(".own-field").evaluate_all(
        "all => all.map(each => each.querySelector('.note').id.replace(/^own-(.*)-about$/, '$1'))"
    )
    told = own_stock.get("/api/fields")["fields"]
    assert sorted(asked) == sorted(each["key"] for each in told if each["own"] and each["key"] not in LEFT_OUT)
    open_all(operator)
    field(operator, "name").fill("In-house Hats")
    field(operator, "merchantUrl").fill("https://hats.example.com/")
    field(operator, "commissionMax").fill("12.5")
    field(operator, "cookieDays").fill("30 days")
    field(operator, "recurring").select_option("Yes")
    field(operator, "launchedAt").fill("2024-05-17")
    field(operator, "geoTargeting").fill("DE, AT")
    operator.page.get_by_role("group", name="Payment methods").get_by_role("checkbox", name="PayPal").check()
    operator.screenshot("own-form", whole=True)
    operator.page.get_by_role("button", name="Add", exact=True).click()
    row = operator.page.get_by_role("region", name="Programs of my own").get_by_role("row", name="In-house Hats")
    expect(row).to_contain_text("12.5%", timeout=LONG)
    ((id,),) = own_stock.rows("select id from programs where name = 'In-house Hats'")
    stored = own(own_stock, id)
    assert (stored["network"], stored["commissionMax"], stored["cookieDays"]) == ("direct", 12.5, 30)
    assert (stored["recurring"], stored["launchedAt"], stored["geoTargeting"]) == (True, "2024-05-17", ["DE", "AT"])
    assert stored["paymentMethods"] == ["paypal"]
    operator.page.goto(f"/programs/{id}")
    operator.page.get_by_role("link", name="Edit", exact=True).click()
    operator.page.wait_for_url(f"**/own?edit={id}")


def test_what_is_wrong_is_told_at_its_fields(operator: Visit, own_stock: Catalogue) -> None:  # 2
    operator.expected.append("400")
    with_key(operator, own_stock, path="/own")
    field(operator, "name").fill("Wrong Wigs")
    operator.page.locator(".own-group", has_text="Pay").first.locator("summary").click()
    field(operator, "cookieDays").fill("some time")
    operator.page.locator(".own-group", has_text="Pay").first.locator("summary").click()  # closed again
    operator.page.get_by_role("button", name="Add", exact=True).click()
    cookie = field(operator, "cookieDays")
    expect(cookie).to_be_focused()
    expect(cookie).to_have_attribute("aria-invalid", "true")
    assert "cannot be read" in operator.page.locator("#own-cookieDays-wrong").inner_text()
    expect(operator.page.get_by_role("alert")).to_contain_text("To be mended: Cookie.")
    assert own_stock.rows("select count(*) from programs where name = 'Wrong Wigs'") == [(0,)]
    cookie.fill("session")
    operator.page.get_by_role("button", name="Add", exact=True).click()
    operator.page.get_by_role("row", name="Wrong Wigs").wait_for(timeout=LONG)


def test_one_is_changed_and_removed(operator: Visit, own_stock: Catalogue) -> None:  # 3
    rule = {"event": "sale", "kind": "percent", "min": 5, "max": 9, "condition": "New customers"}
    lead = {"event": "lead", "kind": "fixed", "min": 3, "max": 3, "currency": "EUR"}
    answer = own_stock.api.post(
        "/api/programs",
        json={"name": "Own Oars", "commissionRules": [rule, lead], "description": "Oars.", "language": ["en"]},
        headers=own_stock.key("import"),
    )
    assert answer.status_code == 201, answer.text
    id = answer.json()["id"]
    own_stock.index()
    with_key(operator, own_stock, path=f"/own?edit={id}")
    expect(field(operator, "name")).to_have_value("Own Oars")
    expect(field(operator, "language")).to_have_value("en")
    operator.see("Its 2 lines of pay stay as they are")
    field(operator, "description").fill("Oars of ash.")
    operator.page.get_by_role("button", name="Save").click()
    operator.page.wait_for_url(f"**/programs/{id}", timeout=LONG)
    stored = own_stock.rows("select description, jsonb_array_length(commission_rules) from programs where id = %s", id)
    assert stored == [("Oars of ash.", 2)]
    operator.open("/own")
    operator.page.get_by_role("button", name="Remove Own Oars").click()
    operator.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    operator.page.get_by_role("button", name="Remove Own Oars").click()
    operator.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(operator.page.get_by_role("button", name="Remove Own Oars")).to_have_count(0, timeout=LONG)
    assert own_stock.rows("select count(*) from programs where id = %s", id) == [(0,)]
    ((others,),) = own_stock.rows("select id from programs where name = 'Northwind Travel'")
    operator.open(f"/own?edit={others}")
    operator.see("it is not yours to change")
    assert operator.page.get_by_role("button", name="Save").count() == 0


def test_without_a_key_that_may_it_says_what_is_needed(operator: Visit, own_stock: Catalogue) -> None:  # 4
    operator.open("/own")
    operator.see("affindex keys create NAME --scope import")
    with_key(operator, own_stock, "read", path="/own")
    operator.see("may only read")
    assert operator.page.locator("form.own").count() == 0


def test_axe_has_nothing_against_the_form(operator: Visit, own_stock: Catalogue) -> None:  # 5
    with_key(operator, own_stock, path="/own")
    for width in (380, 1440):
        operator.page.set_viewport_size({"width": width, "height": 844})
        open_all(operator)
        assert operator.page.evaluate("document.documentElement.scrollWidth") <= width
        assert not violations(operator)
        operator.screenshot(f"own-{width}", whole=True)
