using System.Globalization;
using System.Text;
using Cloud.Store.Threading;

namespace Cloud.Tests.Store.Threading;

public sealed class ThreadsTests
{
    [Fact]
    public void Ordered_subject_has_no_grandchildren_and_sorts_by_the_first_date()
    {
        Assert.Equal(
            "(3)(1 (2)(4))(5)",
            Show(
                ThreadAlgorithm.OrderedSubject,
                One(1, subject: "A", sent: 10),
                One(2, subject: "A", sent: 11),
                One(3, subject: "B", sent: 5),
                One(4, subject: "A", sent: 12),
                One(5, subject: "", sent: 20)
            )
        );
    }

    [Fact]
    public void Answers_follow_what_they_answer_however_they_arrived()
    {
        Assert.Equal(
            "(3 (2)(1 4))",
            Show(
                ThreadAlgorithm.References,
                One(1, "b", "a", sent: 30),
                One(2, "c", "a", sent: 20),
                One(3, "a", sent: 10),
                One(4, "d", "a b", sent: 40)
            )
        );
    }

    [Fact]
    public void A_parent_that_is_missing_holds_its_children_together()
    {
        Assert.Equal(
            "((1)(2 3))(4)",
            Show(
                ThreadAlgorithm.References,
                One(1, "b", "gone", sent: 1),
                One(2, "c", "gone", sent: 2),
                One(3, "d", "gone lost c", sent: 3),
                One(4, "e", "gone2", sent: 4)
            )
        );
    }

    [Fact]
    public void Missing_messages_between_are_left_out()
    {
        Assert.Equal("(1 2)", Show(ThreadAlgorithm.References, One(1, "a"), One(2, "d", "a b c")));
    }

    [Fact]
    public void A_subject_joins_what_references_do_not()
    {
        // A reply goes below what it answers, equals become siblings.
        Assert.Equal(
            "(1 2)",
            Show(
                ThreadAlgorithm.References,
                One(1, "a", subject: "X"),
                One(2, "b", subject: "X", isReply: true, sent: 1)
            )
        );
        Assert.Equal(
            "((1)(2)(3))",
            Show(
                ThreadAlgorithm.References,
                One(1, "a", subject: "X"),
                One(2, "b", subject: "X", sent: 1),
                One(3, "c", subject: "X", sent: 2)
            )
        );
        Assert.Equal(
            "(1)(2)",
            Show(ThreadAlgorithm.References, One(1, "a", subject: ""), One(2, "b", subject: "", sent: 1))
        );
        Assert.Equal(
            "(1)(2)",
            Show(ThreadAlgorithm.Refs, One(1, "a", subject: "X"), One(2, "b", subject: "X", isReply: true))
        );
    }

    [Fact]
    public void Two_dummies_of_one_subject_become_one()
    {
        Assert.Equal(
            "((1)(2)(3)(4))",
            Show(
                ThreadAlgorithm.References,
                One(1, "a", "p", subject: "X", sent: 1),
                One(2, "b", "p", subject: "X", sent: 2),
                One(3, "c", "q", subject: "X", sent: 3),
                One(4, "d", "q", subject: "X", sent: 4)
            )
        );
    }

    [Fact]
    public void Refs_sorts_by_the_newest_message_of_the_conversation()
    {
        Assert.Equal(
            "(2)(3)(1 4)",
            Show(ThreadAlgorithm.Refs, One(1, "a"), One(2, "b"), One(3, "c"), One(4, "d", "a"))
        );
    }

    [Fact]
    public void A_message_id_that_comes_twice_is_the_first_ones()
    {
        Assert.Equal(
            "(1 3)(2)",
            Show(ThreadAlgorithm.References, One(1, "a"), One(2, "a", sent: 1), One(3, "b", "a", sent: 2))
        );
    }

    [Fact]
    public void Loops_are_not_followed()
    {
        Assert.Equal("(2 1)", Show(ThreadAlgorithm.References, One(1, "a", "b"), One(2, "b", "a")));
        Assert.Equal("(1)", Show(ThreadAlgorithm.References, One(1, "a", "a")));
    }

    [Theory]
    [InlineData(ThreadAlgorithm.References)]
    [InlineData(ThreadAlgorithm.Refs)]
    public void A_chain_as_long_as_a_mailbox_is_one_conversation(ThreadAlgorithm algorithm)
    {
        const int length = 100_000;
        var messages = Enumerable.Range(1, length).Select(i => One((uint)i, $"{i}", $"{i - 1}", sent: i)).ToList();
        Assert.Equal(length, Assert.Single(Threads.Of(algorithm, messages)) is var root ? Depth(root) : 0);
        messages.Reverse();
        Assert.Equal(length, Depth(Assert.Single(Threads.Of(algorithm, messages))));
    }

    [Fact]
    public void Every_message_appears_once_whatever_refers_to_what()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var count = random.Next(1, 40);
            var messages = Enumerable
                .Range(1, count)
                .Select(i =>
                    One(
                        (uint)i,
                        random.Next(10) == 0 ? "" : $"{random.Next(count)}",
                        string.Join(' ', Enumerable.Range(0, random.Next(4)).Select(_ => $"{random.Next(count + 5)}")),
                        $"{random.Next(6)}".Replace("0", "", StringComparison.Ordinal),
                        random.Next(2) == 0,
                        random.Next(20)
                    )
                )
                .ToList();
            foreach (var algorithm in Enum.GetValues<ThreadAlgorithm>())
            {
                var uids = new List<uint>();
                foreach (var root in Threads.Of(algorithm, messages))
                    Collect(root, uids, isTop: true);
                uids.Sort();
                Assert.Equal(messages.Select(message => message.Uid), uids);
            }
        }
    }

    static void Collect(ThreadNode node, List<uint> uids, bool isTop)
    {
        if (node.Uid != 0)
            uids.Add(node.Uid);
        else
            Assert.True(isTop && node.Children.Count > 1, "A dummy holds several together, at the top");
        foreach (var child in node.Children)
            Collect(child, uids, isTop: false);
    }

    static int Depth(ThreadNode root)
    {
        var depth = 1;
        for (; root.Children is [var only]; root = only)
            depth++;
        return depth;
    }

    static ThreadedMessage One(
        uint uid,
        string id = "",
        string references = "",
        string subject = "",
        bool isReply = false,
        long sent = 0
    ) =>
        new(
            uid,
            TextHash.Of(id),
            [.. references.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(TextHash.Of)],
            TextHash.Of(subject),
            isReply,
            sent,
            Received: uid
        );

    static string Show(ThreadAlgorithm algorithm, params ThreadedMessage[] messages)
    {
        var text = new StringBuilder();
        foreach (var root in Threads.Of(algorithm, messages))
            text.Append('(').Append(Members(root)).Append(')');
        return text.ToString();
    }

    static string Members(ThreadNode node)
    {
        var own = node.Uid == 0 ? "" : node.Uid.ToString(CultureInfo.InvariantCulture);
        var children = node.Children is [var only]
            ? Members(only)
            : string.Concat(node.Children.Select(child => $"({Members(child)})"));
        return own.Length > 0 && children.Length > 0 ? $"{own} {children}" : own + children;
    }
}
