"""The preload: one thread imports the services before several threads need them at once."""

import ast
import json
import subprocess
import sys
from pathlib import Path

from studio_tui.tui import parts
from studio_tui.tui.start import PRELOADED_MODULES


def test_services_that_app_parts_import_lazily_are_preloaded() -> None:
    """Runs in a process of its own, because the test process has imported every module already."""
    code = (
        f"import json, sys, {', '.join(PRELOADED_MODULES)}; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    late = {
        f"{node.module}.{name.name}" if node.module.count(".") == 2 else node.module
        for path in Path(parts.__path__[0]).glob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
        if node.module.startswith("studio_tui.services")
    }
    assert late
    assert late <= set(json.loads(done.stdout))
