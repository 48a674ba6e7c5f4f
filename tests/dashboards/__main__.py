"""Write the dashboards anew. What nothing makes any more is removed."""

from tests.dashboards.made import FOLDER, dashboards

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = dashboards()
    for old in FOLDER.glob("*.json"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")
