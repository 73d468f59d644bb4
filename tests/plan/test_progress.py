import io

from skillc.compiler.plan import progress


def test_bars_show_the_stage_its_text_and_the_expectation(monkeypatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr("sys.stderr", shown)
    bars = progress.Bars()
    bars.begin("twin", 8.2)
    bars.update(0.5, "fitting [bold]")
    bars.end("twin", 9.0)
    bars.close()
    assert "twin" in shown.getvalue() and "bold" not in shown.getvalue().replace("[bold]", "")


def test_nothing_is_shown_where_nobody_watches(capsys) -> None:
    silent = progress.for_terminal()
    silent.begin("twin", None)
    silent.update(0.5, "half")
    silent.end("twin", 9.04)
    silent.close()
    assert capsys.readouterr() == ("", "")
