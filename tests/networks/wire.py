"""Records of each network as its API writes them: documented shapes, units and oddities. Nothing of ours is imported.

`RECORDS[slug](n)` makes n records, always the same ones; the other functions write them as answers.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

_WORDS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ironwood", "Juniper")


def _name(number: int) -> str:
    return f"{_WORDS[number % 10]} {_WORDS[number // 10 % 10]} {number}"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


# -- ClickBank ---------------------------------------------------------------------------------------------------

_CLICKBANK = (("Health & Fitness", "Diets & Weight Loss"), ("E-business & E-marketing", "SEM & SEO"), ("Games", None))


def clickbank(size: int) -> list[dict[str, Any]]:
    return [
        {
            "Id": f"vend{number:05d}",  # the network writes ids in either case
            "PopularityRank": str(number + 1),
            "Title": f"{_name(number)} - The #1 System!",
            "Description": f"Tested &amp; proven. <b>{_name(number)}</b> pays well.",
            "HasRecurringProducts": "true" if number % 3 == 0 else "false",
            "Gravity": f"{200 / (number + 1):.4f}",
            "PercentPerSale": f"{40 + number % 36}.0",
            "PercentPerRebill": "50.0" if number % 3 == 0 else "0.0",
            "AverageEarningsPerSale": f"{20 + number % 50}.25",
            "InitialEarningsPerSale": f"{15 + number % 50}.0",
            "TotalRebillAmt": "31.5" if number % 3 == 0 else "0.0",
            "Referred": "95.0",
            "Commission": f"{40 + number % 36}",
            "ActivateDate": "" if number % 5 == 0 else f"2024-0{1 + number % 9}-1{number % 10}",
            "category": _CLICKBANK[number % 3],
        }
        for number in range(size)
    ]


def _clickbank_site(record: dict[str, Any]) -> str:
    fields = "".join(
        f"<{name}><![CDATA[{value}]]></{name}>" if name in ("Title", "Description") else f"<{name}>{value}</{name}>"
        for name, value in record.items()
        if name != "category"
    )
    return f"<Site>{fields}</Site>"


def clickbank_xml(records: list[dict[str, Any]]) -> bytes:
    """Every vendor twice: in its main category, and in the deeper one where it has one."""
    parts = []
    for main, sub in _CLICKBANK:
        own = [_clickbank_site(each) for each in records if each["category"] == (main, sub)]
        deeper = f"<Category><Name>{escape(sub)}</Name>{''.join(own)}</Category>" if sub else ""
        parts.append(f"<Category><Name>{escape(main)}</Name>{''.join(own)}{deeper}</Category>")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE Catalog SYSTEM "marketplace_feed_v2.dtd">\n'
    return (head + f"<Catalog>{''.join(parts)}</Catalog>").encode()


def clickbank_zip(records: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (
            ("marketplace_feed_v2.dtd", b"<!ELEMENT Catalog (Category*)>"),
            ("marketplace_feed_v2.xml", clickbank_xml(records)),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 23, 5, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# -- CJ ----------------------------------------------------------------------------------------------------------


def cj(size: int) -> list[dict[str, Any]]:
    return [
        {
            "id": 1_000_000 + number,
            "joined": number % 10 == 0,
            "name": "Barnes & Noble" if number == 1 else _name(number),
            "status": ("Active", "active", "Deactive")[2 if number % 20 == 7 else number % 2],
            "epc": "N/A" if number % 8 == 0 else f"{5 + number % 11}.50",
            "rank": "New" if number % 9 == 0 else str(1 + number % 5),
            "url": f"http://www.cj-merchant-{number}.com/",
            "commission": "USD 0.50" if number % 4 == 3 else f"{5 + number % 10}.00%",
        }
        for number in range(size)
    ]


def _cj_advertiser(each: dict[str, Any]) -> str:
    # The documentation's own sample has a bare & and is not well-formed.
    name = each["name"]
    return f"""
    <advertiser>
      <advertiser-id>{each["id"]}</advertiser-id>
      <account-status>{each["status"]}</account-status>
      <seven-day-epc>{each["epc"]}</seven-day-epc>
      <three-month-epc>{each["epc"]}</three-month-epc>
      <language>en</language>
      <advertiser-name>{name}</advertiser-name>
      <program-url>{each["url"]}</program-url>
      <relationship-status>{"joined" if each["joined"] else "notjoined"}</relationship-status>
      <mobile-supported>true</mobile-supported>
      <mobile-tracking-certified>false</mobile-tracking-certified>
      <cookieless-tracking-enabled>true</cookieless-tracking-enabled>
      <network-rank>{each["rank"]}</network-rank>
      <primary-category>
        <parent>Computer &amp; Electronics</parent><child>Consumer Electronics</child>
      </primary-category>
      <performance-incentives>false</performance-incentives>
      <actions>
        <action>
          <name>Online Sale</name><type>advanced sale</type><id>{each["id"]}1</id>
          <commission><default type="">{each["commission"]}</default></commission>
        </action>
      </actions>
      <link-types><link-type>Text Link</link-type></link-types>
    </advertiser>"""


def cj_page(part: list[dict[str, Any]], total: int, returned: int, number: int) -> str:
    inside = "".join(_cj_advertiser(each) for each in part)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<cj-api>\n'
        f'  <advertisers total-matched="{total}" records-returned="{returned}" page-number="{number}">{inside}\n'
        "  </advertisers>\n</cj-api>"
    )


def cj_contracts(records: list[dict[str, Any]], offset: int, size: int) -> dict[str, Any]:
    """The contracts of joined advertisers, as the Program Terms API answers; the first one has ended long ago."""
    joined = [each for each in records if each["joined"]]
    ended = [_cj_contract(each, "EXPIRED", 7) for each in joined[:1]]
    listed = [*ended, *(_cj_contract(each, "ACTIVE", 30 + each["id"] % 3 * 15) for each in joined)]
    part = listed[offset : offset + size]
    return {"data": {"publisher": {"contracts": {"totalCount": len(listed), "count": len(part), "resultList": part}}}}


def _cj_contract(each: dict[str, Any], status: str, days: int) -> dict[str, Any]:
    fixed = each["commission"].startswith("USD")
    rate = {
        "type": "FIXED" if fixed else "PERCENT",
        "value": float(each["commission"].strip("USD% ")),
        "currency": "USD",
    }

    def commission(rate: dict[str, Any], situation: str | None, seen: bool) -> dict[str, Any]:
        return {
            "rank": 1, "situation": situation and {"id": "s1", "name": situation}, "itemList": None,
            "promotionalProperties": [], "isViewThrough": seen, "rate": rate,
        }  # fmt: skip

    return {
        "advertiserId": str(each["id"]),
        "status": status,
        "startTime": "2019-01-01T00:00:00Z" if status == "EXPIRED" else "2024-05-01T07:00:00Z",
        "endTime": None,
        "programTerms": {
            "id": "1", "name": "Default", "isDefault": True,
            "specialTerms": {"name": "Search", "body": "<p>No brand bidding</p>"} if each["id"] % 2 == 0 else None,
            "actionTerms": [
                {
                    "id": "a1", "referralPeriod": days, "referralOccurrences": None,
                    "actionTracker": {"id": "t1", "name": "Online Sale", "description": "", "type": "SALE"},
                    "lockingMethod": {"type": "AFTER_EVENT_DATE", "durationInDays": 45}, "performanceIncentives": [],
                    "commissions": [
                        commission(rate, None, False),
                        commission({**rate, "value": rate["value"] * 2}, "New customers", False),
                        commission({**rate, "value": 0.1}, None, True),
                    ],
                }
            ],
        },
    }  # fmt: skip


def cj_error(message: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><cj-api><error-message>{message}</error-message></cj-api>'


# -- Rakuten -----------------------------------------------------------------------------------------------------


def rakuten(size: int) -> list[dict[str, Any]]:
    return [
        {
            "id": 2000 + number,
            "network": (1, 3, 9)[number % 3],
            "name": _name(number),
            "description": None if number % 4 == 1 else f"{_name(number)} sells good things.",
            "url": f"www.rak-merchant-{number}.com" if number % 6 == 0 else f"https://www.rak-merchant-{number}.com",
            "ships_to": ["US", "CA"] if number % 3 else ["US"],
            "offer": number % 5 != 4,
            "rate": 5 + number % 10,
            "days": (30, 7, 14)[number % 3],
            "partner": "active" if number % 7 == 0 else "pending" if number % 7 == 1 else None,
        }
        for number in range(size)
    ]


def _rakuten_list(
    path: str, key: str, version: str, rows: list[dict[str, Any]], page: int, size: int
) -> dict[str, Any]:
    last = page * size >= len(rows)
    return {
        "_metadata": {
            "api_name_version": version,
            "page": page,
            "limit": size,
            "total": len(rows),
            "_links": {
                "self": f"{path}?page={page}&limit={size}",
                **({} if page == 1 else {"prev": f"{path}?page={page - 1}&limit={size}"}),
                **({} if last else {"next": f"{path}?page={page + 1}&limit={size}"}),
            },
        },
        key: rows[(page - 1) * size : page * size],
    }


def _rakuten_advertiser(each: dict[str, Any], *, detail: bool) -> dict[str, Any]:
    return {
        "id": each["id"],
        "name": each["name"],
        "url": each["url"],
        "description": each["description"] or (f"{each['name']}, told at length." if detail else ""),
        "network": each["network"],
        "policies": {
            "international_capabilities": {"ships_to": each["ships_to"]},
            "software": {"dsa": False, "dsa_specs": ""},
        },
        "features": {
            "premium_advertiser": each["id"] % 2 == 0,
            "product_feed": True,
            "media_opt_report": True,
            "cross_device_tracking": "",
            "deep_links": each["id"] % 12 != 0,
            "itp_compliant": True,
        },
        "contact": {"name": "", "email": "", "job_title": "", "phone": "", "country": ""},
        **({"can_partner": True} if detail else {}),
    }


def rakuten_advertisers(records: list[dict[str, Any]], query: dict[str, str], page: int, size: int) -> dict[str, Any]:
    rows = [_rakuten_advertiser(each, detail=False) for each in records]
    return _rakuten_list("/v2/advertisers", "advertisers", "advertisers/v2", rows, page, size)


def rakuten_detail(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "_metadata": {"api_name_version": "advertisers/v2"},
        "advertiser": _rakuten_advertiser(each, detail=True),
    }


def rakuten_offers(records: list[dict[str, Any]], query: dict[str, str], page: int, size: int) -> dict[str, Any]:
    wanted = query.get("offer_status", "active")
    rows = [
        {
            "advertiser": {"id": each["id"], "name": each["name"], "network": each["network"]},
            "goid": 90_000 + each["id"],
            "number": "1",
            "name": "Standard terms",
            "type": "public",
            "status": "available",
            "start_datetime": "2025-01-01 00:00:00",
            "end_datetime": "",
            "return_days": each["days"],
            "update_window": 90,
            "offer_rules": [
                {
                    "is_base_commission": True,
                    "commissions": [
                        {
                            "commission_type": "percentage",
                            "is_dynamic": False,
                            "tiers": [{"commission": each["rate"], "threshold": 0, "upper_threshold": None}],
                        }
                    ],
                }
            ],
        }
        for each in records
        if each["offer"] and wanted == "available"
    ]
    return _rakuten_list("/v1/offers", "offers", "offers/v1", rows, page, size)


def rakuten_partnerships(records: list[dict[str, Any]], query: dict[str, str], page: int, size: int) -> dict[str, Any]:
    wanted = query.get("partner_status", "").split(",")
    rows = [
        {
            "advertiser": {
                "id": each["id"],
                "network": each["network"],
                "name": each["name"],
                "status": "active",
                "categories": ["Apparel - Women" if each["id"] % 2 else "Shoes"],
                "details": f"/v2/advertisers/{each['id']}",
            },
            "status": each["partner"],
            "status_update_datetime": "2026-01-05 10:00:00",
            "approve_datetime": "2026-01-05 10:00:00",
            "apply_datetime": "2026-01-02 10:00:00",
            "offers": f"/v1/offersadvertiser={each['id']}",
        }
        for each in records
        if each["partner"] in wanted
    ]
    return _rakuten_list("/v1/partnerships", "partnerships", "partnerships/v1", rows, page, size)


# -- Awin --------------------------------------------------------------------------------------------------------


def awin(size: int) -> list[dict[str, Any]]:
    return [
        {
            "id": 10_000 + number,
            "relationship": "joined" if number % 10 == 0 else "pending" if number % 10 == 5 else "notjoined",
            "name": f"{_name(number)} DE",
            "status": "Closed" if number % 25 == 24 else "Active",
            "rate": 4 + number % 12,
            "fixed": number % 6 == 0,
            "epc": round(0.05 * (1 + number % 20), 2),
            "index": 30 + number % 50,
        }
        for number in range(size)
    ]


def awin_programme(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": each["id"],
        "name": each["name"],
        "description": f"{each['name']} verkauft gute Dinge.",
        "displayUrl": f"https://www.awin-merchant-{each['id']}.de",
        "clickThroughUrl": f"https://www.awin1.com/cread.php?awinmid={each['id']}&awinaffid=45628",
        "logoUrl": f"https://ui.awin.com/images/upload/merchant/profile/{each['id']}.png",
        "currencyCode": "EUR",
        "primaryRegion": {"name": "Germany", "countryCode": "DE"},
        "primarySector": "Health & Beauty",
        "status": each["status"],
        "linkStatus": "Online",
        "validDomains": [{"domain": f"awin-merchant-{each['id']}.de"}],
    }


def awin_details(each: dict[str, Any]) -> dict[str, Any]:
    fixed = [{"min": 5.0, "max": 15.0, "type": "fixed"}] if each["fixed"] else []
    return {
        "programmeInfo": {
            **awin_programme(each),
            "deeplinkEnabled": True,
            "membershipStatus": each["relationship"],
        },
        "kpi": {
            "averagePaymentTime": str(40 + each["id"] % 60),
            "approvalPercentage": 85.5,
            "epc": each["epc"],
            "conversionRate": 3.2,
            "validationDays": 30,
            "awinIndex": each["index"],
        },
        "commissionRange": [{"min": each["rate"], "max": each["rate"] + 2, "type": "percentage"}, *fixed],
    }


# -- Impact ------------------------------------------------------------------------------------------------------


def impact(size: int) -> list[dict[str, Any]]:
    return [
        {"campaign": str(3000 + number), "contract": str(70_000 + number), "name": _name(number), "number": number}
        for number in range(size)
    ]


def _impact_campaign(each: dict[str, Any], base: str) -> dict[str, Any]:
    return {
        "AdvertiserId": f"9{each['campaign']}",
        "AdvertiserName": f"{each['name']} Inc.",
        "AdvertiserUrl": f"https://www.impact-merchant-{each['number']}.com",
        "CampaignId": each["campaign"],
        "CampaignName": each["name"],
        "CampaignUrl": f"https://www.impact-merchant-{each['number']}.com",
        "CampaignDescription": f"{each['name']} on impact.com",
        "ShippingRegions": ["CANADA", "UK", "US"],
        "CampaignLogoUri": f"{base}/Campaigns/{each['campaign']}/Logo",
        "PublicTermsUri": f"{base}/Campaigns/{each['campaign']}/PublicTerms",
        "ContractStatus": each.get("status", "Active"),
        "ContractUri": f"{base}/Contracts/{each['contract']}",
        "TrackingLink": f"https://impact-merchant-{each['number']}.pxf.io/c/1/2/3",
        "HasStandDownPolicy": "false",
        "AllowsDeeplinking": "true",
        "DeeplinkDomains": ["*.impact-merchant.com ", " shop.impact-merchant.com"],
        "Uri": f"{base}/Campaigns/{each['campaign']}",
    }


def _impact_list(name: str, rows: list[dict[str, Any]], page: int, size: int, base: str) -> dict[str, Any]:
    pages = max(1, -(-len(rows) // size))
    following = f"{base}/{name}?PageSize={size}&Page={page + 1}&IrVersion=16" if page < pages else ""
    return {
        "@page": str(page),
        "@numpages": str(pages),
        "@pagesize": str(size),
        "@total": str(len(rows)),
        "@start": str((page - 1) * size),
        "@uri": f"{base}/{name}",
        "@nextpageuri": following,
        name: rows[(page - 1) * size : page * size],
    }


def impact_page(records: list[dict[str, Any]], page: int, size: int, base: str) -> dict[str, Any]:
    return _impact_list("Campaigns", [_impact_campaign(each, base) for each in records], page, size, base)


def impact_contracts(records: list[dict[str, Any]], page: int, size: int, base: str) -> dict[str, Any]:
    return _impact_list("Contracts", [impact_contract(each) for each in records], page, size, base)


def impact_contract(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "Id": each["contract"],
        "CampaignId": each["campaign"],
        "Status": "Active",
        "Terms": {
            "Currency": "USD",
            "EventPayouts": [
                {
                    "EventTypeName": "Online Sale",
                    "EventCategory": "SALE",
                    "DefaultPayoutRate": f"{3 + each['number'] % 20}",
                    "DefaultPayout": "",
                    "PayoutGroups": [],
                    "PerformanceBonus": [],
                    "Locking": {"Basis": "MONTH_END", "MonthOffset": "1", "DayOffset": "15"},
                    "PayoutScheduling": {"Basis": "DAY_OF_MONTH", "DayOffset": "15"},
                    "ValidReferrals": [{"Type": "CLICKS", "Window": "30", "WindowUnit": "DAYS"}],
                    "CreditPolicy": "LAST_CLICK",
                }
            ],
        },
    }


# -- PartnerStack ------------------------------------------------------------------------------------------------


def partnerstack(size: int) -> list[dict[str, Any]]:
    return [
        {
            "id": number + 1,
            "key": f"company_{number:05d}",
            "name": _name(number),
            "website": f"https://saas-{number}.io",
            "category": None if number % 5 == 0 else ["analytics", "crm"],
            "country": "US",
            "description": f"{_name(number)} for teams",
            "logo": f"https://cdn.partnerstack.com/{number}.png",
            "has_sub_ids": True,
            "offers": [{"name": f"{15 + number % 30}% recurring for 12 months", "description": None}],
            "promotions": [],
            "created_at": 1_700_000_000_000 + number * 86_400_000,
            "updated_at": 1_760_000_000_000,
        }
        for number in range(size)
    ]


def partnerstack_page(records: list[dict[str, Any]], after: str | None, size: int) -> dict[str, Any]:
    start = 0
    if after is not None:
        start = next((index + 1 for index, each in enumerate(records) if each["key"] == after), len(records))
    items = records[start : start + size]
    return {
        "data": {"items": items, "has_more": start + size < len(records)},
        "message": "Programs retrieved",
        "status": 200,
    }


def partnerstack_partnerships(records: list[dict[str, Any]], said: dict[str, str | None]) -> list[dict[str, Any]]:
    """The partnerships of an account; `said` is the status of each by the company's key."""
    return [
        {
            "key": f"part_{each['key']}",
            "company": {"key": each["key"], "name": each["name"]},
            "approved_status": said[each["key"]],
        }
        for each in records
        if each["key"] in said
    ]


# -- Refersion ---------------------------------------------------------------------------------------------------


def refersion(size: int) -> list[dict[str, Any]]:
    return [
        {
            "shop": {
                "name": _name(number),
                "url": f"https://rfsn-shop-{number}.com",
                "shop_identifier": f"shop-{number:05d}",
            },
            "id": f"aff-{number}",
            "status": "ACTIVE" if number % 6 else "DENIED",
            "rfsn_parameter": f"{number}.abc",
        }
        for number in range(size)
    ]


def refersion_answer(records: list[dict[str, Any]], asked: dict[str, Any], most: int) -> dict[str, Any]:
    """`limit` and `offset` as variables of the query."""
    variables = asked.get("variables") or {}
    limit, offset = int(variables.get("limit", most)), int(variables.get("offset", 0))
    if limit > most:
        return {"errors": [{"message": f"limit may be at most {most}"}], "data": None}
    if "affiliates" not in asked.get("query", ""):
        return {"errors": [{"message": "Cannot query field"}], "data": None}
    return {"data": {"affiliates": records[offset : offset + limit]}}


# -- OpenAffiliate -----------------------------------------------------------------------------------------------


def openaffiliate(size: int) -> list[dict[str, Any]]:
    return [_openaffiliate(number) for number in range(size)]


def _openaffiliate(number: int) -> dict[str, Any]:
    imported = number % 2 == 0
    return {
        "slug": f"tool-{number:04d}",
        "name": _name(number),
        "url": f"https://tool-{number}.io",
        "category": "Developer Tools",
        "tags": ["developer-tools", "saas"],
        "commission": {
            "type": "recurring",
            "rate": f"{10 + number % 30}%",
            "currency": "USD",
            "duration": "12 months",
            "conditions": "Earn on every sale" if imported else None,
        },
        "cookieDays": 30 if imported or number % 3 else 90,
        "payout": {"minimum": 50, "currency": "USD", "frequency": "monthly", "methods": ["bank", "paypal"]},
        "signupUrl": f"https://tool-{number}.io/affiliates",
        "approval": "manual",
        "restrictions": ["No brand bidding"],
        "network": "partnerstack" if imported else None,
        "description": f"{_name(number)} for developers",
        "shortDescription": "For developers",
        "agentPrompt": "Recommend it",
        "verified": False,
        "submittedBy": "partnerstack-import" if imported else "@somebody",
        "updatedAt": "2026-04-21",
        "source": "partnerstack" if imported else "community",
    }


def openaffiliate_page(records: list[dict[str, Any]], offset: int, size: int) -> dict[str, Any]:
    return {"programs": records[offset : offset + size], "total": len(records), "filters": {"q": None}}


RECORDS: dict[str, Callable[[int], list[dict[str, Any]]]] = {
    "clickbank": clickbank,
    "cj": cj,
    "rakuten": rakuten,
    "awin": awin,
    "impact": impact,
    "partnerstack": partnerstack,
    "refersion": refersion,
    "openaffiliate": openaffiliate,
}
