from platform_document import PAGE, with_sections


def test_the_document_is_made_of_the_platform_files() -> None:
    """`python tests/platform_document.py` writes it again."""
    page = PAGE.read_text("utf-8")
    assert with_sections(page) == page
