"""The words of an HTML body: what is read of it, and what no reader would see."""

from __future__ import annotations

import pytest

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
        ("", ""),
    ],
)
def test_an_html_body_gives_its_words(source: str, text: str) -> None:
    assert text_of_html(source) == text


def test_unclosed_html_hides_no_time() -> None:
    assert text_of_html("<script>" * 50_000) == ""
    assert text_of_html("<" * 50_000) == "<" * 50_000
