"""A CDA shown by our own HTML: faithful, accessible, and deaf to attacks (X04, X05)."""

from __future__ import annotations

import base64
import re
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.core.document import BodyLevel
from gateway.core.rendered import Rendered, Shown, WhyDownload
from gateway.core.texts.showing import WHY_DOWNLOAD
from gateway.documents.cda.body import DocumentBody
from gateway.documents.cda.media import EmbeddedMedia
from gateway.documents.showing.narrative import MAX_CHARACTERS, narrative_html
from gateway.documents.showing.rendering import (
    MAX_TEXT_BYTES,
    CdaPages,
    render_file,
    render_narrative,
)
from gateway.documents.showing.tables import MOST_ON_PAPER
from gateway.errors import InvalidError, NotFoundError
from gateway.safe_xml import parse_xml
from tests.builders_files import make_n1
from tests.safe_html import check_fragment, headings
from tests.shared import shared_files

HL7 = "urn:hl7-org:v3"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
JPEG = b"\xff\xd8\xff\xe0" + bytes(60)
GIF = b"GIF89a" + bytes(60)
PDF = b"%PDF-1.4\n" + bytes(60)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<html><script>alert(1)</script></html>"
SAMPLES = shared_files("cda", "*.xml")


def media_url(media_id: str) -> str:
    return f"/media/{media_id}"


def body(*sections: str) -> etree._Element:
    components = "".join(f"<component>{section}</component>" for section in sections)
    return parse_xml(
        f'<structuredBody xmlns="{HL7}" xmlns:h="http://www.w3.org/1999/xhtml"'
        f' xmlns:xsi="urn:x">{components}</structuredBody>'.encode()
    )


def section(text: str = "", title: str = "Titre", inner: str = "") -> str:
    return f"<section><title>{title}</title><text>{text}</text>{inner}</section>"


def media(content: bytes, media_type: str, media_id: str = "M1", more: str = "") -> str:
    return (
        f'<entry><observationMedia ID="{media_id}"><value mediaType="{media_type}"'
        f' representation="B64" {more}>{base64.b64encode(content).decode()}</value>'
        "</observationMedia></entry>"
    )


def shown(text: str, inner: str = "") -> str:
    """Return the HTML of one text, its section and title left out."""
    fragment = narrative_html(body(section(text, inner=inner)), media_url=media_url)
    check_fragment(fragment)
    start = '<section><h3>Titre</h3><div class="narratif">'
    return fragment.removeprefix(start).removesuffix("</div></section>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A &lt;b&gt; &amp; C", "A &lt;b&gt; &amp; C"),
        ("<paragraph>A</paragraph>", "<p>A</p>"),
        ("A<br/>B", "A<br/>B"),
        ("H<sub>2</sub>O<sup>3</sup>", "H<sub>2</sub>O<sup>3</sup>"),
        ('<content styleCode="Bold">A</content>', "<strong>A</strong>"),
        ('<content styleCode="Italics">A</content>', "<em>A</em>"),
        ('<content styleCode="Underline">A</content>', "<u>A</u>"),
        ('<content styleCode="Strikethrough">A</content>', "<s>A</s>"),
        (
            '<content styleCode="BoldItalics xRed">A</content>',
            "<strong><em>A</em></strong>",
        ),
        ('<content revised="delete">A</content>', "<del>A</del>"),
        ('<content revised="insert">A</content>', "<ins>A</ins>"),
        ('<content language="en-GB">A</content>', '<span lang="en-GB">A</span>'),
        ('<content language="&quot; onx=">A</content>', "A"),
        (
            '<paragraph styleCode="Bold"><caption>C</caption>A</paragraph>',
            "<p><strong><strong>C</strong> A</strong></p>",
        ),
        (
            "<list><item>A</item><item>B</item></list>",
            "<ul><li>A</li><li>B</li></ul>",
        ),
        (
            '<list listType="ordered" styleCode="BigRoman"><item>A</item></list>',
            '<ol type="I"><li>A</li></ol>',
        ),
        (
            "<list><caption>C</caption><item><caption>D</caption>A</item></list>",
            '<p class="legende"><strong>C</strong></p>'
            "<ul><li><strong>D</strong> A</li></ul>",
        ),
        (
            "<list><item>A<list><item>B</item></list></item></list>",
            "<ul><li>A<ul><li>B</li></ul></li></ul>",
        ),
        ('<linkHtml href="#a1">A</linkHtml>', "A"),
        (
            '<linkHtml href="https://sante.test/?a=1&amp;b=2">A</linkHtml>',
            'A <span class="adresse">[https://sante.test/?a=1&amp;b=2]</span>',
        ),
        (
            '<linkHtml href="annexes/AVK.pdf">A</linkHtml>',
            'A <span class="adresse">[annexes/AVK.pdf]</span>',
        ),
    ],
)
def test_each_element_of_the_narrative_is_written_anew(
    text: str, expected: str
) -> None:
    assert shown(text) == expected


def test_a_table_is_accessible_and_scrolls_by_itself() -> None:
    table = (
        '<table border="1" width="100%"><caption>Traitements</caption>'
        '<colgroup><col width="10"/></colgroup>'
        '<thead><tr><th colspan="2">Produit</th><th/></tr></thead>'
        "<tfoot><tr><td>Pied</td></tr></tfoot>"
        '<tbody><tr><th>A</th><td rowspan="2" align="center">B</td>'
        '<td styleCode="Bold">C</td></tr></tbody></table>'
    )

    assert shown(table) == (
        '<div class="tableau" role="region" tabindex="0" aria-label="Tableau 1">'
        "<table><caption>Traitements</caption>"
        '<thead><tr><th colspan="2" scope="col">Produit</th><td></td></tr></thead>'
        '<tbody><tr><th scope="row">A</th><td rowspan="2" class="centre">B</td>'
        "<td><strong>C</strong></td></tr></tbody>"
        "<tfoot><tr><td>Pied</td></tr></tfoot></table></div>"
    )


def test_a_laboratory_row_is_headed_by_its_first_cell() -> None:
    """A result says of what it is, and a cell that reaches down heads once."""
    table = (
        "<table><thead><tr><th>Examen</th><th>Valeur</th></tr></thead><tbody>"
        '<tr><td rowspan="2" align="right">INR</td><td>2,4</td></tr>'
        "<tr><td>2,6</td><td>cible</td></tr>"
        "<tr><td>TP</td><td>35 %</td></tr>"
        '<tr><td colspan="2">Conclusion</td></tr>'
        "<tr><td/><td>suite</td></tr>"
        "<tr><td><paragraph>Long</paragraph></td><td>x</td></tr></tbody></table>"
    )

    rows = [row.partition("</tr>")[0] for row in shown(table).split("<tr>")[2:]]

    assert rows == [
        '<th rowspan="2" class="droite" scope="row">INR</th><td>2,4</td>',
        "<td>2,6</td><td>cible</td>",
        '<th scope="row">TP</th><td>35 %</td>',
        '<td colspan="2">Conclusion</td>',
        "<td></td><td>suite</td>",
        "<td><p>Long</p></td><td>x</td>",
    ]


def test_a_table_without_headings_of_columns_gets_none_of_rows() -> None:
    table = "<table><tbody><tr><td>A</td><td>B</td></tr></tbody></table>"

    assert "<th" not in shown(table)


@pytest.mark.parametrize(("columns", "is_wide"), [(6, False), (7, True)])
def test_a_table_of_many_columns_says_that_it_scrolls(
    columns: int, *, is_wide: bool
) -> None:
    cells = '<td colspan="2">A</td>' + "<td>B</td>" * (columns - 2)
    table = shown(f"<table><tr>{cells}</tr></table>")

    assert ('class="tableau large"' in table) is is_wide
    assert ("se fait défiler de côté" in table) is is_wide


def test_regions_of_tables_have_names_of_their_own() -> None:
    root = check_fragment(shown("<table/>" * 3))

    labels = [element.get("aria-label") for element in root.iter("div")]
    assert labels[1:] == ["Tableau 1", "Tableau 2", "Tableau 3"]


def results(*observations: str) -> str:
    """Return the HTML of a table of results, whose entries say so of them."""
    table = (
        "<table><thead><tr><th>Analyse</th><th>Valeur</th></tr></thead><tbody>"
        '<tr ID="k"><td>Potassium</td><td>3,2</td></tr>'
        '<tr><td>Glucose</td><td><content ID="g">1,18</content></td></tr>'
        '<tr ID="n"><td>Sodium</td><td>139</td></tr></tbody></table>'
    )
    return shown(table, "".join(observations))


def observation(place: str, *codes: str) -> str:
    said = "".join(f'<interpretationCode code="{code}"/>' for code in codes)
    return (
        '<entry><observation><text><reference value="#'
        f'{place}"/></text>{said}</observation></entry>'
    )


def test_a_value_out_of_range_is_said_to_be_so_where_the_document_says_it() -> None:
    html = results(observation("k", "L"), observation("g", "HH"), observation("n", "N"))

    check_fragment(html)
    assert '3,2 <span class="marque">↓ En dessous</span></td>' in html
    assert '1,18 <span class="marque">↑ Au-dessus</span></td>' in html
    assert "139</td>" in html


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (["H"], "↑ Au-dessus"),
        (["HU"], "↑ Au-dessus"),
        (["LL"], "↓ En dessous"),
        (["LU"], "↓ En dessous"),
        (["A"], "! Hors des repères"),
        (["AA"], "! Hors des repères"),
        (["A", "H"], "↑ Au-dessus"),
        (["H", "L"], ""),
        (["N"], ""),
        (["x"], ""),
        ([], ""),
    ],
)
def test_each_interpretation_has_its_word(codes: list[str], words: str) -> None:
    html = results(observation("k", *codes))

    assert html.count("marque") == bool(words)
    assert words in html


def test_of_two_words_about_one_row_none_is_said() -> None:
    assert "marque" not in results(observation("k", "H"), observation("k", "L"))
    assert "marque" not in results(observation("", "H"), observation("other", "L"))


@pytest.mark.parametrize(
    ("table", "is_cards"),
    [
        ("<thead><tr><th>A</th><th>B</th></tr></thead>{body}", True),
        ("<thead><tr><th>A</th><th/></tr></thead>{body}", False),
        ("<thead><tr><th>A</th><th>B</th><th>C</th></tr></thead>{body}", False),
        ("<thead><tr><th colspan='2'>A</th></tr></thead>{body}", False),
        ("<thead><tr><th>A</th><th>B</th></tr></thead>{body}{body}", False),
        ("{body}", False),
    ],
)
def test_a_plain_table_is_of_cards_on_a_telephone(
    table: str, *, is_cards: bool
) -> None:
    body = "<tbody><tr><td>Un</td><td>Deux</td></tr></tbody>"
    html = shown(f"<table>{table.format(body=body)}</table>")

    assert ("tableau fiches" in html) is is_cards
    assert ('<td data-label="B">Deux</td>' in html) is is_cards


@pytest.mark.parametrize(
    ("columns", "has_titles", "kind"),
    [
        (6, True, "tableau fiches"),
        (7, True, "tableau large"),
        (MOST_ON_PAPER, True, "tableau large"),
        (MOST_ON_PAPER + 1, True, "tableau large lignes"),
        (MOST_ON_PAPER + 1, False, "tableau large"),
    ],
)
def test_a_table_wider_than_a_sheet_has_the_title_of_each_value(
    columns: int, *, has_titles: bool, kind: str
) -> None:
    heads = "".join(f"<th>T{n}</th>" for n in range(columns))
    cells = "".join(f"<td>{n}</td>" for n in range(columns))
    head = f"<thead><tr>{heads}</tr></thead>" if has_titles else ""
    html = shown(f"<table>{head}<tbody><tr>{cells}</tr></tbody></table>")

    assert f'<div class="{kind}"' in html
    assert ('data-label="T1"' in html) is kind.endswith(("fiches", "lignes"))


def test_a_row_of_headings_inside_the_body_heads_its_columns() -> None:
    rows = "<table><tbody><tr><th>A</th><th>B</th></tr></tbody></table>"

    assert shown(rows).count('scope="col"') == 2


@pytest.mark.parametrize("span", ["0", "1", "-1", "1000", "9999999", "2 x", "\u0662"])
def test_an_unreasonable_span_is_left_out(span: str) -> None:
    assert "colspan" not in shown(
        f'<table><tr><td colspan="{span}">A</td></tr></table>'
    )


def test_sections_within_sections_have_headings_in_order() -> None:
    nested = section("D", "Quatre")
    for title in ("Trois", "Deux", "Un"):
        nested = section("X", title, f"<component>{nested}</component>")
    untitled = f"<section><component>{section('E', 'Seul')}</component></section>"

    fragment = narrative_html(body(nested, untitled), level=4)

    root = check_fragment(fragment)
    assert headings(root) == [4, 5, 6, 6, 4]
    assert re.findall(r"<h\d>(\w+)</h", fragment) == [
        "Un",
        "Deux",
        "Trois",
        "Quatre",
        "Seul",
    ]


def test_a_footnote_is_numbered_and_goes_to_the_end_and_back() -> None:
    text = (
        'A<footnote ID="x&quot;y">Voir <content styleCode="Bold">B</content>'
        '</footnote> et <footnoteRef IDREF="x&quot;y"/>'
        '<footnoteRef IDREF="nowhere"/>'
    )

    fragment = narrative_html(body(section(text)))

    check_fragment(fragment)
    assert 'id="cda-appel1" aria-label="Note 1">1</a></sup> et <sup>' in fragment
    assert fragment.count('href="#cda-note1"') == 2
    assert '<ol><li id="cda-note1">Voir <strong>B</strong>' in fragment
    assert "x&quot;y" not in fragment


def test_footnotes_that_call_each_other_end() -> None:
    text = (
        '<footnote ID="a">A<footnoteRef IDREF="b"/></footnote>'
        '<footnote ID="b">B<footnoteRef IDREF="a"/></footnote>'
    )

    fragment = narrative_html(body(section(text)))

    assert fragment.count("<li ") == 2
    check_fragment(fragment)


def test_the_words_of_ours_are_in_the_language_of_the_page() -> None:
    fragment = narrative_html(
        body(section("<table/><footnote>A</footnote>")), language="en"
    )

    assert 'aria-label="Table 1"' in fragment
    assert 'aria-label="Back to the text 1"' in fragment


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (GIF, "image/gif"),
        (PNG, "image/jpeg"),  # as one ANS sample has it
    ],
)
def test_an_embedded_image_is_shown_through_an_address_of_ours(
    content: bytes, media_type: str
) -> None:
    text = (
        '<renderMultiMedia referencedObject="M1"><caption>Courbe</caption>'
        "</renderMultiMedia>"
    )

    fragment = shown(text, media(content, media_type))

    assert fragment == (
        '<img class="image" src="/media/M1" alt="Courbe"/>'
        ' <span class="legende">Courbe</span>'
    )


@pytest.mark.parametrize(
    "content", [JPEG, zlib.compress(JPEG)], ids=["only said to be", "truly"]
)
def test_an_embedded_image_that_is_said_to_be_compressed_is_shown(
    content: bytes,
) -> None:
    inner = media(content, "image/jpeg", more='compression="DF"')

    fragment = shown('<renderMultiMedia referencedObject="M1"/>', inner)
    medium = EmbeddedMedia(body(section(inner=inner))).read("M1")

    assert 'src="/media/M1"' in fragment
    assert (medium.media_type, medium.content) == ("image/jpeg", JPEG)


def test_an_embedded_image_unpacks_to_no_more_than_its_limit() -> None:
    packed = zlib.compress(JPEG + bytes(1000))
    inner = media(packed, "image/jpeg", more='compression="ZL"')
    media_of = EmbeddedMedia(body(section(inner=inner)))

    assert len(media_of.read("M1", 1000 + len(JPEG)).content) == 1000 + len(JPEG)
    with pytest.raises(InvalidError):
        media_of.read("M1", 999 + len(JPEG))


def test_sections_without_a_title_do_not_run_together() -> None:
    one, other = ("<section><text>A</text></section>" for _ in range(2))
    titled = section("B")

    fragment = narrative_html(body(one, other, titled))

    check_fragment(fragment)
    assert fragment == (
        '<section><div class="narratif">A</div></section>'
        '<section><hr/><div class="narratif">A</div></section>'
        '<section><h3>Titre</h3><div class="narratif">B</div></section>'
    )


def test_an_embedded_pdf_is_a_link_to_an_address_of_ours() -> None:
    fragment = shown(
        '<renderMultiMedia referencedObject="M1"/>', media(PDF, "application/pdf")
    )

    assert fragment == (
        '<a class="fichier" href="/media/M1">Ouvrir le document joint (PDF)</a>'
    )


def test_an_image_in_a_region_of_interest_is_shown() -> None:
    inner = (
        '<entry><regionOfInterest ID="R1"><code/><entryRelationship>'
        + media(PNG, "image/png").removeprefix("<entry>").removesuffix("</entry>")
        + "</entryRelationship></regionOfInterest></entry>"
    )

    assert 'src="/media/R1"' in shown(
        '<renderMultiMedia referencedObject="R1"/>', inner
    )


NOT_SHOWN = [
    media(SVG, "image/svg+xml"),
    media(SVG, "image/png"),
    media(HTML, "image/jpeg"),
    media(HTML, "application/pdf"),
    media(PDF, "image/png"),
    media(PNG, "application/pdf"),
    media(HTML, "text/html"),
    media(b"II*\x00" + bytes(60), "image/tiff"),
    media(b"x" + PNG, "image/png", more='compression="DF"'),
    media(PNG, "image/png", more='compression="BZ"').replace("representation", "x"),
    media(PNG, "image/png", media_id="M1/../x"),
    media(PNG, "image/png") * 2,
    '<entry><observationMedia ID="M1"><value mediaType="image/png">'
    '<reference value="https://evil.test/x.png"/></value></observationMedia></entry>',
    "",
]


@pytest.mark.parametrize("inner", NOT_SHOWN)
def test_x05_a_medium_that_is_not_a_plain_image_or_pdf_is_not_shown(
    inner: str,
) -> None:
    media_id = "M1/../x" if "M1/../x" in inner else "M1"

    fragment = shown(f'<renderMultiMedia referencedObject="{media_id}"/>', inner)

    assert fragment == '<span class="absent">[élément joint non affiché]</span>'
    with pytest.raises((NotFoundError, InvalidError)):
        EmbeddedMedia(body(section(inner=inner))).read(media_id)


def test_an_embedded_medium_is_read_under_its_real_type() -> None:
    medium = EmbeddedMedia(body(section(inner=media(PNG, "image/jpeg")))).read("M1")

    assert (medium.media_type, medium.content) == ("image/png", PNG)


def test_an_embedded_medium_past_its_limit_is_refused() -> None:
    media_of = EmbeddedMedia(body(section(inner=media(PNG + bytes(1000), "image/png"))))

    with pytest.raises(InvalidError):
        media_of.read("M1", 1000)
    assert len(media_of.read("M1", 1100).content) == 1068


def test_an_embedded_medium_that_is_not_base64_is_refused() -> None:
    inner = media(PNG, "image/png").replace("</value>", "=A*</value>")

    with pytest.raises(InvalidError):
        EmbeddedMedia(body(section(inner=inner))).read("M1")


@pytest.mark.timeout(20)
def test_an_image_named_very_often_is_looked_at_once() -> None:
    text = '<renderMultiMedia referencedObject="M1"/>' * 50_000
    sections = body(section(text, inner=media(PNG + bytes(3_000_000), "image/png")))

    assert narrative_html(sections, media_url=media_url).count("<img") == 50_000


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<h:script>alert(1)</h:script>",
        "<style>@import 'https://evil.test'</style>",
        '<table onmouseover="alert(1)"><tr><td onclick="alert(1)">A</td></tr></table>',
        '<content onclick="alert(1)" style="x:url(//evil.test)">A</content>',
        '<linkHtml href="javascript:alert(1)">A</linkHtml>',
        '<linkHtml href=" JaVa&#9;Script&#58;alert(1)">A</linkHtml>',
        '<linkHtml href="data:text/html,alert(1)">A</linkHtml>',
        '<linkHtml href="vbscript:alert(1)">A</linkHtml>',
        '<h:img src="x" onerror="alert(1)"/>',
        '<h:iframe src="https://evil.test"/>',
        '<renderMultiMedia referencedObject="&quot;/&gt;&lt;x"/>',
        '<content ID="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">A</content>',
        '<table><caption ID="x"><h:b>A</h:b></caption></table>',
        '<td styleCode="Bold&quot;&gt;&lt;script&gt;">A</td>',
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&lt;!--&lt;script&gt;",
        "<list><h:svg><h:animate/></h:svg></list>",
        "A<?php alert(1) ?>B<!-- alert(1) -->",
    ],
)
def test_x05_what_could_run_or_fetch_in_a_narrative_is_neutralised(text: str) -> None:
    fragment = shown(text)

    for word in ("<script", "javascript:", "onclick", "onmouse", "onerror", "src="):
        assert word not in fragment.lower()
    assert "evil.test" not in fragment


def test_x05_a_title_that_could_run_is_neutralised() -> None:
    title = '<h:script>alert(1)</h:script><content onclick="x">A</content><table/>'

    fragment = narrative_html(body(section("B", title)))

    check_fragment(fragment)
    assert "<h3>A  </h3>" in fragment


def test_x05_text_that_would_read_backwards_is_straightened() -> None:
    assert shown("Dose \u202e001\u202c mg\u0085") == "Dose 001 mg"


def test_x05_the_address_of_a_medium_is_escaped() -> None:
    fragment = narrative_html(
        body(
            section(
                '<renderMultiMedia referencedObject="M1"/>',
                inner=media(PNG, "image/png"),
            )
        ),
        media_url=lambda media_id: f'/m?a=1&b="{media_id}"',
    )

    assert 'src="/m?a=1&amp;b=&quot;M1&quot;"' in fragment


def test_x04_a_stylesheet_that_came_with_the_document_is_not_run() -> None:
    """The document sits in a stylesheet that would read a file and recurse for ever."""
    file = f"""<?xml-stylesheet type="text/xsl" href="#"?>
    <xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
      <xsl:import href="https://evil.test/x.xsl"/>
      <xsl:template match="/">
        <xsl:copy-of select="document('/etc/passwd')"/><xsl:apply-templates select="/"/>
      </xsl:template>
      <ClinicalDocument xmlns="{HL7}"><component><structuredBody><component>
        <section><title>Titre</title><text>Bonjour</text></section>
      </component></structuredBody></component></ClinicalDocument>
    </xsl:stylesheet>"""
    root = parse_xml(file.strip().encode())
    sections = next(root.iter(f"{{{HL7}}}structuredBody"))

    assert render_narrative(sections).html == (
        '<section><h3>Titre</h3><div class="narratif">Bonjour</div></section>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<table>A<tr>B<td>C</td>D</tr>E<paragraph>F</paragraph><tbody>G"
        "<paragraph>H</paragraph></tbody></table>",
        "<list>A<paragraph>B</paragraph>C<item>D</item>E F G H</list>",
        "<paragraph>A<table><tr><td>B</td></tr></table>C<list><item>D</item></list>"
        "E<paragraph>F G H</paragraph></paragraph>",
        "<unknown>A<paragraph>B C D</paragraph>E F G H</unknown>",
        "<item>A</item><tr><td>B</td></tr><caption>C</caption>D E F G H",
    ],
)
def test_a_narrative_that_breaks_its_schema_keeps_all_its_words(text: str) -> None:
    fragment = shown(text)

    words = re.sub(r"<[^>]*>", " ", fragment).split()
    assert sorted(words) == list("ABCDEFGH")


def test_a_narrative_too_deep_keeps_its_words() -> None:
    deep = "<content>" * 150 + "A" + "</content>" * 150

    assert "A" in shown(deep)


def test_a_narrative_too_long_is_a_download_and_never_a_part() -> None:
    long = body(section("x" * (MAX_CHARACTERS + 1)))

    with pytest.raises(InvalidError):
        narrative_html(long)
    assert render_narrative(long) == Rendered(
        how=Shown.DOWNLOAD, why=WhyDownload.TOO_LARGE
    )


def download(why: WhyDownload) -> Rendered:
    return Rendered(how=Shown.DOWNLOAD, why=why)


@pytest.mark.parametrize(
    ("media_type", "content", "expected"),
    [
        ("application/pdf", PDF, Rendered(how=Shown.PDF, media_type="application/pdf")),
        ("image/jpeg", JPEG, Rendered(how=Shown.IMAGE, media_type="image/jpeg")),
        ("image/png", PNG, Rendered(how=Shown.IMAGE, media_type="image/png")),
        ("image/gif", GIF, Rendered(how=Shown.IMAGE, media_type="image/gif")),
        ("text/rtf", b"{\\rtf1 A}", download(WhyDownload.FORMAT)),
        ("image/tiff", b"II*\x00A", download(WhyDownload.FORMAT)),
        ("application/msword", b"A", download(WhyDownload.FORMAT)),
        ("text/html", HTML, download(WhyDownload.FORMAT)),
        ("image/svg+xml", SVG, download(WhyDownload.FORMAT)),
        ("text/plain", b"A" * (MAX_TEXT_BYTES + 1), download(WhyDownload.TOO_LARGE)),
    ],
)
def test_the_file_of_an_n1_is_shown_or_offered_by_what_it_really_is(
    media_type: str, content: bytes, expected: Rendered
) -> None:
    file = DocumentBody(level=BodyLevel.N1, media_type=media_type, content=content)

    assert render_file(file) == expected


@pytest.mark.parametrize(
    ("content", "shown_text"),
    [
        (HTML, "&lt;html&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;/html&gt;"),
        ("\ufeffÉté".encode(), "Été"),
        ("Été".encode("cp1252"), "Été"),
        ("Été".encode("utf-16"), "Été"),
    ],
)
def test_plain_text_is_shown_escaped(content: bytes, shown_text: str) -> None:
    letter = make_n1(
        base64.b64encode(content).decode(),
        'mediaType="text/plain" representation="B64"',
    )

    page = CdaPages().render(letter, media_url=media_url, language="fr")

    assert page.how is Shown.TEXT
    assert page.html == f'<pre class="texte" tabindex="0">{shown_text}</pre>'
    check_fragment(page.html)


def test_a_document_that_was_filed_though_nobody_can_read_it_is_said_to_be_so() -> None:
    letter = make_n1(base64.b64encode(HTML).decode(), 'mediaType="application/pdf"')

    page = CdaPages().render(letter, media_url=media_url, language="fr")

    assert page.how is Shown.DOWNLOAD
    assert page.why == WHY_DOWNLOAD[WhyDownload.UNREADABLE]["fr"]
    assert not page.has_file
    assert CdaPages().body(letter) is None


def test_every_reason_for_a_download_is_told_in_french_and_english() -> None:
    for why in WhyDownload:
        assert WHY_DOWNLOAD[why]["fr"]
        assert WHY_DOWNLOAD[why]["en"]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_sample_of_the_ans_is_shown_with_all_its_words(path: Path) -> None:
    root = parse_xml(path.read_bytes())
    sections = next(root.iter(f"{{{HL7}}}structuredBody"), None)
    if sections is None:
        pytest.skip("an N1")

    rendered = render_narrative(sections, media_url=media_url)

    assert rendered.how is Shown.NARRATIVE
    tree = check_fragment(rendered.html)
    levels = headings(tree)
    assert all(later - one <= 1 for one, later in zip(levels, levels[1:], strict=False))
    found = " ".join("".join(map(str, tree.itertext())).split())
    for text in sections.iter(f"{{{HL7}}}text", f"{{{HL7}}}title"):
        if text.getparent().tag != f"{{{HL7}}}section":  # type: ignore[union-attr]
            continue
        for element in text.iter(f"{{{HL7}}}*"):
            words = " ".join((element.text or "").split())
            assert words in found


NAMES = st.sampled_from(
    [
        *("paragraph", "list", "item", "caption", "table", "thead", "tbody", "tfoot"),
        *("tr", "td", "th", "col", "content", "br", "sub", "sup", "linkHtml"),
        *("footnote", "footnoteRef", "renderMultiMedia", "script", "unknown"),
        "{http://www.w3.org/1999/xhtml}script",
    ]
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        [
            *("styleCode", "ID", "IDREF", "href", "referencedObject", "colspan"),
            *("rowspan", "scope", "align", "language", "listType", "onclick", "style"),
        ]
    ),
    st.sampled_from(
        [
            *("Bold", "Italics", "ordered", "2", "center", "fr", "M1", "N1", "row"),
            *('"><script>', "javascript:alert(1)", "https://x.test", "BigRoman"),
        ]
    ),
    max_size=3,
)
WORDS = st.none() | st.text("A<>&\"' \u202e", max_size=4)


def build(drawn: tuple[str, dict[str, str], object, object, object]) -> etree._Element:
    name, attributes, text, tail, children = drawn
    element = etree.Element(name if name[0] == "{" else f"{{{HL7}}}{name}", attributes)
    element.text, element.tail = text, tail  # type: ignore[assignment]
    element.extend(children)  # type: ignore[arg-type]
    return element


ELEMENTS = st.recursive(
    st.tuples(NAMES, ATTRIBUTES, WORDS, WORDS, st.just([])).map(build),
    lambda inner: st.tuples(
        NAMES, ATTRIBUTES, WORDS, WORDS, st.lists(inner, max_size=3)
    ).map(build),
    max_leaves=12,
)


@given(st.lists(ELEMENTS, max_size=3))
def test_any_narrative_gives_nothing_but_what_is_allowed(
    elements: list[etree._Element],
) -> None:
    sections = body(section(inner=media(PNG, "image/png")))
    text = next(sections.iter(f"{{{HL7}}}text"))
    text.extend(elements)

    check_fragment(narrative_html(sections, media_url=media_url))
