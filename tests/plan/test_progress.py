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


def test_a_log_gets_one_line_per_stage(capsys) -> None:
    lines = progress.for_terminal()
    lines.begin("twin", None)
    lines.update(0.5, "half")
    lines.end("twin", 9.04)
    lines.close()
    assert capsys.readouterr().err == "twin               9.0 s\n"
