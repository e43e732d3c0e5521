"""The words of an HTML body: what is read of it, and what no reader would see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.message.body_text import text_of_html


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Bonjour", "Bonjour"),
        ("<p>un</p><p>deux</p>", "un\ndeux"),
        ("un<br>deux<BR/>trois", "un\ndeux\ntrois"),
        ("<ul><li>un</li><li>deux</li></ul>", "un\ndeux"),
        ("<b>un</b> <i>deux</i>", "un deux"),
        ("un\r\ndeux", "un deux"),
        ("<p>un</p> \n <p></p><p></p>deux", "un\n\ndeux"),
        ("&lt;p&gt; &amp; &eacute;", "<p> & é"),
        ("<style>p {}</style>un", "un"),
        ("<SCRIPT src=x>x()</script >un", "un"),
        ("<head><title>x</title></head>un", "un"),
        ("<title>x</title>un<script>y</script>deux", "undeux"),
        ("un<script>deux", "un"),
        ("<header>un</header>", "un"),
        (
            "<tr><td>INR</td><td>2,4</td></tr><tr><th>TP</TH><td>35 %</td>",
            "INR 2,4\nTP 35 %",
        ),
        ("<td>INR</td> <td></td>\t<td>2,4</td>", "INR 2,4"),
        ("<table><tr><td>a</td></tr></table>b", "a\nb"),
        ("1 < 2", "1 < 2"),
        # End marks that HTML allows to leave out, and blocks that begin in a line.
        ("<table><tr><th>A<th>B<tr><td>1<td>2,4</table>fin", "A B\n1 2,4\nfin"),
        ("<ul><li>un<li>deux</ul>", "un\ndeux"),
        ("<p>un<p>deux", "un\ndeux"),
        ("un<p>deux</p>trois", "un\ndeux\ntrois"),
        ("un<div>deux</div>trois", "un\ndeux\ntrois"),
        ("<dl><dt>Dose</dt><dd>2 mg</dd></dl>fin", "Dose\n2 mg\nfin"),
        ("2 mg<table><tr><td>matin</td></tr></table>", "2 mg\nmatin"),
        ("<select><option>5 mg<option>10 mg</select>", "5 mg\n10 mg"),
        ("5 mg<hr>10 mg", "5 mg\n10 mg"),
        ("<td><p>INR</p></td><td><p>2,4</p></td>", "INR\n2,4"),
        ("<tr>\r\n  <td>INR</td>\r\n  <td>2,4</td>\r\n</tr>", "INR 2,4"),
        ("<table><caption>Bilan</caption><tr><td>1</table>", "Bilan\n1"),
        # Signs that change a number.
        ("10<sup>9</sup>/L et 10<SUP class=x>-3</SUP>", "10⁹/L et 10⁻³"),
        ("10<sup>&minus;3</sup> m<sup> 2 </sup>", "10⁻³ m²"),
        ("H<sub>2</sub>O, HbA<sub>1c</sub>", "H₂O, HbA_(1c)"),
        ("10<sup><b>9</b></sup>, x<sub><i>2</i></sub>", "10^9, x_2"),
        ("1<sup>er</sup> mai, 2<sup>e</sup>", "1er mai, 2e"),
        ("5<sup>1,5</sup>", "5^(1,5)"),
        ("<s>5 mg</s> <del x=y>6</del> <strike>7</strike>", "~~5 mg~~ ~~6~~ ~~7~~"),
        ("<span>5</span> <strong>mg</strong><section>x</section>", "5 mg\nx"),
        # Comments, those of Outlook too.
        ("un<!-- deux -->trois", "untrois"),
        ("<!--[if mso]><table><tr><td>x<![endif]-->un", "un"),
        ("<![if !mso]>un<![endif]>", "un"),
        ("<!-- <script> -->un<!---->deux<!-->trois", "undeuxtrois"),
        ("un<!-- deux", "un deux"),
        ("<!-- a -->un<!-- deux <b>trois</b>", "un deux trois"),
        ("", ""),
    ],
)
def test_an_html_body_gives_its_words(source: str, text: str) -> None:
    assert text_of_html(source) == text


def test_unclosed_html_hides_no_time() -> None:
    assert text_of_html("<script>" * 50_000) == ""
    assert text_of_html("<" * 50_000) == "<" * 50_000
    assert text_of_html("<!--" * 50_000) == ""
    assert text_of_html("<!--" * 50_000 + "-->un") == "un"
    assert text_of_html("<sup>" * 50_000) == "^" * 50_000
    assert text_of_html("a" + " \t" * 50_000 + "b") == "a" + " \t" * 50_000 + "b"


@given(st.text("<>/!- abptdsu019\r\n&;"))
def test_any_markup_gives_words_without_marks_of_ours(source: str) -> None:
    text = text_of_html(source)

    assert "\ue000" not in text
    assert "\ue001" not in text
    assert text == text.strip()
