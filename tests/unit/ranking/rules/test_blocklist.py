from ranking.rules.blocklist import NO_BLOCKLIST, Blocklist


def test_blocklist_matches_whole_words() -> None:
    block = Blocklist.of(["ass", "Bad  Word", "  ", "坏词", "naïve"])
    assert block.blocks("kick-ass boots")
    assert block.blocks("a BAD, word!")
    assert block.blocks("这是坏词吗")
    assert block.blocks("Naive art")
    assert not block.blocks("glass bassinet")
    assert not block.blocks("bad big word")
    assert not block.blocks("坏的词")
    assert not NO_BLOCKLIST.blocks("ass")


def test_a_file_has_one_phrase_a_line() -> None:
    block = Blocklist.parse("# comment\r\nfoo bar\r\n\r\nbaz\n")
    assert block.phrases == {("foo", "bar"), ("baz",)}
