using Cloud.Tests.Fakes;
using Cloud.Trust.Bayes;

namespace Cloud.Tests.Trust.Bayes;

public sealed class JunkFilterTests
{
    static readonly IReadOnlyList<string> Offer = ["casino", "bonus", "win", "today"];
    static readonly IReadOnlyList<string> Minutes = ["minutes", "agenda", "tuesday", "today"];

    [Fact]
    public void It_says_nothing_before_it_has_learned_twenty_of_each()
    {
        var filter = Learned(20, 19);
        Assert.Null(filter.Classify(Offer).Probability);
        Assert.Contains("20 junk and 19 other", filter.Classify(Offer).Reason);
        Assert.NotNull(Learned(20, 20).Classify(Offer).Probability);
    }

    [Fact]
    public void It_names_the_words_that_decided()
    {
        var verdict = Learned(30, 30).Classify([.. Offer, "unheard"]);
        Assert.InRange(verdict.Probability!.Value, 0.99, 1);
        Assert.Equal(["bonus", "casino", "win"], verdict.Strongest.Select(clue => clue.Token)); // "today" is in both
        Assert.All(verdict.Strongest, clue => Assert.Equal((30, 0), (clue.Spam, clue.Ham)));
    }

    [Fact]
    public void Words_never_seen_leave_it_undecided() =>
        Assert.Equal(0.5, Learned(30, 30).Classify(["a", "b"]).Probability);

    [Fact]
    public void The_same_message_is_learned_once()
    {
        var once = Filter().Learn("m", Offer, JunkClass.Spam);
        Assert.Same(once, once.Learn("m", Offer, JunkClass.Spam));
        Assert.Equal((1, 0), (once.Spam, once.Ham));
    }

    [Fact]
    public void Moving_a_message_back_takes_back_what_was_learned()
    {
        var before = Learned(25, 25);
        var moved = before.Learn("x", Offer, JunkClass.Spam).Learn("x", Offer, JunkClass.Ham);
        Assert.Equal((25, 26), (moved.Spam, moved.Ham));
        Assert.Equal((25, 1), Seen(moved, "casino"));
        var forgotten = moved.Learn("x", Offer, null);
        Assert.Equal((25, 25), (forgotten.Spam, forgotten.Ham));
        Assert.Equal(before.Classify(Offer).Probability, forgotten.Classify(Offer).Probability);
    }

    [Fact]
    public void Old_lessons_fade()
    {
        var filter = Filter();
        for (var i = 0; i < 2000; i++)
            filter = filter.Learn($"{i}", [i < 1000 ? "old" : "new", "both"], JunkClass.Spam);
        Assert.InRange(filter.Spam, 128, JunkFilter.MaxLessons);
        Assert.InRange(Seen(filter, "both").Spam, 128, JunkFilter.MaxLessons);
        Assert.InRange(Seen(filter, "old").Spam, 0, 3);
    }

    [Fact]
    public void Mail_full_of_random_words_pushes_out_no_word_that_came_back()
    {
        var filter = Learned(25, 25);
        for (var i = 0; i < 50; i++)
            filter = filter.Learn($"noise{i}", [.. Enumerable.Range(0, 1000).Select(n => $"r{i}-{n}")], JunkClass.Spam);
        Assert.Equal((25, 0), Seen(filter, "casino"));
        Assert.Equal((0, 25), Seen(filter, "agenda"));
    }

    [Fact]
    public void A_full_one_fits_60_kb_and_comes_back_as_it_was()
    {
        var filter = Learned(25, 25);
        for (var i = 0; i < 600; i++)
            filter = filter.Learn($"noise{i}", [.. Enumerable.Range(0, 300).Select(n => $"r{i}-{n}")], JunkClass.Ham);
        var row = JunkFilterRow.ToRow(filter);
        Assert.InRange(row.Size, 50_000, 60_000);
        var again = JunkFilterRow.From(row)!;
        Assert.Equal((filter.Spam, filter.Ham), (again.Spam, again.Ham));
        Assert.Equal(filter.Classify(Offer).Strongest, again.Classify(Offer).Strongest);
        Assert.Same(again, again.Learn("noise599", [], JunkClass.Ham));
    }

    [Fact]
    public void Two_accounts_do_not_share_hashes()
    {
        var (one, other) = (New(1).Learn("m", Offer, JunkClass.Spam), New(2).Learn("m", Offer, JunkClass.Spam));
        Assert.NotEqual(JunkFilterRow.ToRow(one).Bytes("Tokens"), JunkFilterRow.ToRow(other).Bytes("Tokens"));
    }

    [Theory]
    [InlineData(JunkPlace.Inbox, JunkPlace.Junk, JunkClass.Spam)]
    [InlineData(JunkPlace.Junk, JunkPlace.Inbox, JunkClass.Ham)]
    [InlineData(JunkPlace.Junk, JunkPlace.Trash, null)]
    [InlineData(JunkPlace.Junk, JunkPlace.Junk, null)]
    [InlineData(JunkPlace.Inbox, JunkPlace.Kept, JunkClass.Ham)]
    [InlineData(JunkPlace.Inbox, JunkPlace.Trash, null)]
    public void A_move_teaches(JunkPlace from, JunkPlace to, JunkClass? lesson) =>
        Assert.Equal(lesson, JunkLesson.OfMove(from, to));

    [Fact]
    public void Any_stored_octets_are_read_or_refused() =>
        TrustFuzz.Run(
            [Packed("Tokens"), Packed("Lessons"), new string('\0', 1664)],
            text =>
            {
                var row = JunkFilterRow.ToRow(Filter());
                var octets = System.Text.Encoding.Latin1.GetBytes(text);
                row["Tokens"] = octets;
                if (JunkFilterRow.From(row) is { } filter)
                    Assert.InRange(filter.Learn("m", Offer, JunkClass.Spam).Spam, 1, JunkFilter.MaxLessons);
                row = JunkFilterRow.ToRow(Filter());
                row["Lessons"] = octets;
                JunkFilterRow.From(row)?.Learn("m", Offer, JunkClass.Spam);
            }
        );

    [Fact]
    public void Hashes_are_those_of_the_paper()
    {
        var key = Enumerable.Range(0, 16).Select(i => (byte)i).ToArray();
        Assert.Equal(0xa129ca6149be45e5, SipHash.Of(key, key.AsSpan(0, 15)));
        Assert.Equal(0x726fdb47dd0e0e31UL, SipHash.Of(key, []));
    }

    static string Packed(string column) =>
        System.Text.Encoding.Latin1.GetString(JunkFilterRow.ToRow(Learned(3, 3)).Bytes(column)!);

    static (int Spam, int Ham) Seen(JunkFilter filter, string token)
    {
        var options = new BayesOptions { MinLessons = 0, MinDistance = 0 };
        return filter.Classify([token], options).Strongest is [var clue] ? (clue.Spam, clue.Ham) : default;
    }

    static JunkFilter Learned(int spam, int ham)
    {
        var filter = Filter();
        for (var i = 0; i < spam; i++)
            filter = filter.Learn($"s{i}", Offer, JunkClass.Spam);
        for (var i = 0; i < ham; i++)
            filter = filter.Learn($"h{i}", Minutes, JunkClass.Ham);
        return filter;
    }

    static JunkFilter Filter() => New(7);

    static JunkFilter New(int seed) => JunkFilter.New(new SeededEntropy((ulong)seed));
}
