namespace Cloud.Store.Threading;

/// <summary>Puts messages together to conversations (RFC 5256 §3).</summary>
public static class Threads
{
    /// <param name="messages">By rising UID, which settles what dates leave open.</param>
    /// <returns>The conversations, in the algorithm's order.</returns>
    public static IReadOnlyList<ThreadNode> Of(ThreadAlgorithm algorithm, IReadOnlyList<ThreadedMessage> messages) =>
        algorithm switch
        {
            ThreadAlgorithm.OrderedSubject => OrderedSubject(messages),
            ThreadAlgorithm.References => References(messages),
            _ => Refs(messages),
        };

    static List<ThreadNode> OrderedSubject(IReadOnlyList<ThreadedMessage> messages)
    {
        var roots = new List<(long Sent, ThreadNode Node)>();
        var bySubject = new Dictionary<ulong, ThreadNode>();
        foreach (var message in messages.OrderBy(message => message.Sent).ThenBy(message => message.Uid))
        {
            var node = new ThreadNode(message.Uid);
            if (bySubject.TryGetValue(message.Subject, out var first))
            {
                first.Children.Add(node);
                continue;
            }
            bySubject.Add(message.Subject, node);
            roots.Add((message.Sent, node));
        }
        return [.. roots.Select(root => root.Node)];
    }

    static List<ThreadNode> References(IReadOnlyList<ThreadedMessage> messages)
    {
        var roots = ReferenceTree.Build(messages); // (1) to (3)
        var byDate = ByDate(message => message.Sent);
        foreach (var dummy in roots.Where(root => root.IsDummy))
            dummy.Children.Sort(byDate);
        roots.Sort(byDate); // (4)
        roots = SubjectMerge.Run(roots); // (5)
        foreach (var root in roots)
            SortChildren(root, byDate);
        roots.Sort(byDate); // (6)
        return Convert(roots);
    }

    static List<ThreadNode> Refs(IReadOnlyList<ThreadedMessage> messages)
    {
        var roots = ReferenceTree.Build(messages);
        var newest = roots.ToDictionary(root => root, Newest);
        roots.Sort((a, b) => newest[a] != newest[b] ? newest[a].CompareTo(newest[b]) : a.Order.CompareTo(b.Order));
        var byDate = ByDate(message => message.Received);
        foreach (var root in roots)
            SortChildren(root, byDate);
        return Convert(roots);
    }

    static long Newest(Branch root)
    {
        var newest = long.MinValue;
        var left = new Stack<Branch>([root]);
        while (left.TryPop(out var branch))
        {
            newest = Math.Max(newest, branch.Message?.Received ?? long.MinValue);
            foreach (var child in branch.Children)
                left.Push(child);
        }
        return newest;
    }

    /// <summary>A dummy, which only the top has, goes by its first child: that must have been found.</summary>
    static Comparison<Branch> ByDate(Func<ThreadedMessage, long> date) =>
        (a, b) =>
        {
            var (left, right) = (a.Message ?? a.Children[0].Message!, b.Message ?? b.Children[0].Message!);
            var compared = date(left).CompareTo(date(right));
            return compared != 0 ? compared : left.Uid.CompareTo(right.Uid);
        };

    static void SortChildren(Branch root, Comparison<Branch> order)
    {
        var left = new Stack<Branch>([root]);
        while (left.TryPop(out var branch))
        {
            if (branch.Children.Count > 1)
                branch.Children.Sort(order);
            foreach (var child in branch.Children)
                left.Push(child);
        }
    }

    static List<ThreadNode> Convert(List<Branch> roots)
    {
        var top = new ThreadNode(0);
        var left = new Stack<(Branch Branch, ThreadNode Parent)>();
        foreach (var root in Enumerable.Reverse(roots))
            left.Push((root, top));
        while (left.TryPop(out var next))
        {
            var node = new ThreadNode(next.Branch.Message?.Uid ?? 0);
            next.Parent.Children.Add(node);
            for (var i = next.Branch.Children.Count - 1; i >= 0; i--)
                left.Push((next.Branch.Children[i], node));
        }
        return top.Children;
    }
}
