namespace Cloud.Store.Threading;

/// <summary>Steps 1 to 3 of THREAD=REFERENCES: who answers whom (RFC 5256 §3).</summary>
sealed class ReferenceTree
{
    readonly Dictionary<ulong, Branch> byId = [];
    readonly List<Branch> all = [];

    /// <returns>The heads of the conversations, pruned of dummies but for those that hold several together.</returns>
    public static List<Branch> Build(IReadOnlyList<ThreadedMessage> messages)
    {
        var tree = new ReferenceTree();
        foreach (var message in messages)
            tree.Add(message);
        return Prune(tree.all.Where(branch => branch.Parent is null));
    }

    void Add(ThreadedMessage message)
    {
        var own = Own(message);
        Branch? last = null;
        foreach (var id in message.References)
        {
            var reference = Find(id);
            if (last is not null && reference.Parent is null)
                Link(last, reference); // (1)(A)
            last = reference;
        }

        // (1)(B): what the message says of itself counts more than what others say of it.
        if (own.Parent is not null && own.Parent == last)
            return;
        own.Detach();
        if (last is not null)
            Link(last, own);
    }

    /// <summary>The branch of this message: its id's, unless it has none or an earlier message has it.</summary>
    Branch Own(ThreadedMessage message)
    {
        var own = message.MessageId == 0 ? New() : Find(message.MessageId);
        if (!own.IsDummy)
            own = New();
        own.Message = message;
        return own;
    }

    Branch Find(ulong id)
    {
        if (!byId.TryGetValue(id, out var branch))
            byId.Add(id, branch = New());
        return branch;
    }

    Branch New()
    {
        var branch = new Branch(all.Count);
        all.Add(branch);
        return branch;
    }

    /// <summary>No message becomes its own ancestor; one that nobody answers cannot.</summary>
    static void Link(Branch parent, Branch child)
    {
        if (child == parent || (child.Children.Count > 0 && parent.IsWithin(child)))
            return;
        parent.Attach(child);
    }

    /// <summary>(3), deepest first, so that what is promoted has been pruned itself.</summary>
    static List<Branch> Prune(IEnumerable<Branch> heads)
    {
        var roots = heads.ToList(); // (2)
        var order = new List<Branch>();
        var left = new Stack<Branch>(roots);
        while (left.TryPop(out var branch))
        {
            order.Add(branch);
            foreach (var child in branch.Children)
                left.Push(child);
        }
        for (var i = order.Count - 1; i >= 0; i--)
            PromoteChildren(order[i]);

        var kept = new List<Branch>();
        foreach (var root in roots)
        {
            if (!root.IsDummy || root.Children.Count > 1)
                kept.Add(root);
            else if (root.Children is [var only])
            {
                only.Detach();
                kept.Add(only);
            }
        }
        return kept;
    }

    /// <summary>Puts each dummy's children into its place.</summary>
    static void PromoteChildren(Branch branch)
    {
        if (!branch.Children.Exists(child => child.IsDummy))
            return;
        var children = branch.Children.ToList();
        branch.Children.Clear();
        foreach (var child in children)
        {
            if (!child.IsDummy)
                branch.Children.Add(child);
            else
            {
                foreach (var promoted in child.Children)
                    branch.Attach(promoted);
            }
        }
    }
}
