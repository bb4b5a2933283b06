"""Programs of one's own, written in the dashboard.

1. A form asks for every field that may be said of one, as `/api/fields` tells it; what is sent is found.
2. What is wrong is told at its fields, which have the focus and are open to be seen; all else above the button.
3. One is changed with what it has, and removed after a question. Programs of networks are not.
4. Lines of pay are added, changed and removed; what is wrong with one is told at it, and what nobody touches stays.
   Lines that say no more than the rates are told by the rates alone; of others the rates follow.
5. Without a key of scope import it says what is needed.
6. axe-core has nothing against it, and it fits a phone.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, expect

from app.direct.reading import RULE_EVENTS, RULE_KINDS
from tests.dashboard.browsing import Visit
from tests.dashboard.test_for_everyone import violations
from tests.dashboard.test_operate import LONG, with_key
from tests.words import Catalogue

LEFT_OUT = {"commissionType"}  # it follows from the rates


def own(catalogue: Catalogue, id: int) -> dict[str, Any]:
    catalogue.get("/readyz")  # its probe would notice within half a second
    answer: dict[str, Any] = catalogue.get(f"/api/programs/{id}")
    return answer


def add(catalogue: Catalogue, **members: Any) -> dict[str, Any]:
    answer = catalogue.api.post("/api/programs", json=members, headers=catalogue.key("import"))
    assert answer.status_code == 201, answer.text
    catalogue.index()
    added: dict[str, Any] = answer.json()
    return added


def lines(visit: Visit) -> Locator:
    return visit.page.get_by_role("group", name=re.compile(r"^Line \d+$"))


def save(visit: Visit, id: int) -> None:
    visit.page.get_by_role("button", name="Save").click()
    visit.page.wait_for_url(f"**/programs/{id}", timeout=LONG)


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
    id = add(own_stock, name="Own Oars", commissionRules=[rule, lead], description="Oars.", language=["en"])["id"]
    with_key(operator, own_stock, path=f"/own?edit={id}")
    expect(field(operator, "name")).to_have_value("Own Oars")
    expect(field(operator, "language")).to_have_value("en")
    expect(lines(operator)).to_have_count(2)
    field(operator, "description").fill("Oars of ash.")
    save(operator, id)
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


def test_lines_of_pay_are_written(operator: Visit, own_stock: Catalogue) -> None:  # 4
    operator.expected.append("400")
    with_key(operator, own_stock, path="/own")
    open_all(operator)
    field(operator, "name").fill("Lined Lamps")
    field(operator, "commissionMax").fill("99")
    more = operator.page.get_by_role("button", name="Add a line")
    more.click()
    expect(field(operator, "commissionMax")).to_be_hidden()
    expect(lines(operator).nth(0).get_by_label("For")).to_be_focused()
    for name, told in (("For", RULE_EVENTS), ("Kind", RULE_KINDS)):
        offered = lines(operator).nth(0).get_by_label(name).locator("option")
        assert offered.evaluate_all("all => all.map(each => each.value)") == list(told)
    lines(operator).nth(0).get_by_label("Min").fill("5")
    lines(operator).nth(0).get_by_label("Max").fill("7.5")
    more.click()
    second = lines(operator).nth(1)
    second.get_by_label("For").select_option("Lead")
    second.get_by_label("Kind").select_option("Amount")
    second.get_by_label("Min").fill("three")
    second.get_by_label("Currency").fill("eur")
    operator.page.get_by_role("button", name="Add", exact=True).click()
    expect(second).to_contain_text("Min is 'three'; expected a number.")
    expect(second.get_by_label("For")).to_be_focused()
    expect(operator.page.get_by_role("alert")).to_contain_text("To be mended: Commission rules.")
    second.get_by_label("Min").fill("3")
    operator.page.get_by_role("button", name="Add", exact=True).click()
    operator.page.get_by_role("row", name="Lined Lamps").wait_for(timeout=LONG)
    ((id,),) = own_stock.rows("select id from programs where name = 'Lined Lamps'")
    rest = {"threshold": None, "condition": None}
    sale = {"event": "sale", "kind": "percent", "min": 5, "max": 7.5, "currency": None, **rest}
    lead = {"event": "lead", "kind": "fixed", "min": 3, "max": None, "currency": "EUR", **rest}
    stored = own(own_stock, id)
    assert stored["commissionRules"] == [sale, lead]
    assert (stored["commissionType"], stored["commissionMax"], stored["currency"]) == ("hybrid", 7.5, "EUR")
    operator.open(f"/own?edit={id}")
    operator.screenshot("own-rules", whole=True)
    lines(operator).nth(1).get_by_label("Condition").fill("New customers")
    operator.page.get_by_role("button", name="Remove line 1").click()
    expect(lines(operator)).to_have_count(1)
    save(operator, id)
    assert own(own_stock, id)["commissionRules"] == [{**lead, "condition": "New customers"}]


def test_what_nobody_touches_of_the_pay_stays(operator: Visit, own_stock: Catalogue) -> None:  # 4
    rules = [
        {"event": "sale", "kind": "percent", "min": 4, "max": None, "threshold": 1000, "condition": "At night"},
        {"event": "recurring", "kind": "fixed", "min": 1.25, "max": 2, "currency": "GBP"},
        {"event": "sale", "kind": "fixed", "min": None, "max": 9},
    ]
    said: list[dict[str, Any]] = [
        {"commissionRules": rules, "currency": "GBP"},
        {"commissionText": "Tiered commission up to 10%"},
    ]
    with_key(operator, own_stock, path="/own")
    for pay in said:
        before = add(own_stock, name="Kept Kites", **pay)
        operator.open(f"/own?edit={before['id']}")
        expect(lines(operator)).to_have_count(len(pay.get("commissionRules", [])))
        open_all(operator)
        field(operator, "cookieDays").fill("30")
        save(operator, before["id"])
        after = own(own_stock, before["id"])
        differing = {key for key in before if before[key] != after[key]}
        assert after["cookieDays"] == 30
        assert differing <= {"cookieDays", "updatedAt", "lastSyncedAt"}, differing


def test_lines_that_the_rates_tell_are_told_by_them(operator: Visit, own_stock: Catalogue) -> None:  # 4
    id = add(own_stock, name="Plain Pans", commissionMin=5, commissionMax=9)["id"]
    with_key(operator, own_stock, path=f"/own?edit={id}")
    expect(lines(operator)).to_have_count(0)
    field(operator, "commissionMax").fill("11")
    save(operator, id)
    stored = own(own_stock, id)
    assert [(each["min"], each["max"]) for each in stored["commissionRules"]] == [(5, 11)]


def test_without_a_key_that_may_it_says_what_is_needed(operator: Visit, own_stock: Catalogue) -> None:  # 5
    operator.open("/own")
    operator.see("affindex keys create NAME --scope import")
    with_key(operator, own_stock, "read", path="/own")
    operator.see("may only read")
    assert operator.page.locator("form.own").count() == 0


def test_axe_has_nothing_against_the_form(operator: Visit, own_stock: Catalogue) -> None:  # 6
    with_key(operator, own_stock, path="/own")
    for width in (380, 1440):
        operator.page.set_viewport_size({"width": width, "height": 844})
        open_all(operator)
        operator.page.get_by_role("button", name="Add a line").click()
        assert operator.page.evaluate("document.documentElement.scrollWidth") <= width
        assert not violations(operator)
        operator.screenshot(f"own-{width}", whole=True)
