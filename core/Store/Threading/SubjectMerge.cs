namespace Cloud.Store.Threading;

/// <summary>Step 5 of THREAD=REFERENCES: conversations of one subject become one (RFC 5256 §3).</summary>
sealed class SubjectMerge
{
    readonly Dictionary<ulong, Branch> subjects = [];
    readonly List<Branch> dummies = [];
    readonly HashSet<Branch> emptied = [];

    /// <param name="sorted">The heads, by date.</param>
    public static List<Branch> Run(List<Branch> sorted)
    {
        var merge = new SubjectMerge();
        foreach (var root in sorted)
            merge.Enter(root);
        foreach (var root in sorted)
            merge.Join(root);
        return [.. sorted.Concat(merge.dummies).Where(merge.IsHead)];
    }

    /// <summary>(B)</summary>
    void Enter(Branch root)
    {
        var subject = Subject(root);
        if (subject == 0)
            return;
        if (
            !subjects.TryGetValue(subject, out var entered)
            || (!entered.IsDummy && (root.IsDummy || (IsReply(entered) && !IsReply(root))))
        )
            subjects[subject] = root;
    }

    /// <summary>(C)</summary>
    void Join(Branch root)
    {
        var subject = Subject(root);
        if (subject == 0 || subjects[subject] is var entered && entered == root)
            return;
        if (entered.IsDummy && root.IsDummy)
        {
            foreach (var child in root.Children)
                entered.Attach(child);
            emptied.Add(root);
        }
        else if (entered.IsDummy || (IsReply(root) && !IsReply(entered)))
            entered.Attach(root);
        else
        {
            var dummy = new Branch(dummies.Count);
            dummy.Attach(entered);
            dummy.Attach(root);
            dummies.Add(dummy);
            subjects[subject] = dummy;
        }
    }

    bool IsHead(Branch root) => root.Parent is null && !emptied.Contains(root);

    static ulong Subject(Branch root) => First(root).Subject;

    static bool IsReply(Branch root) => First(root).IsReply;

    static ThreadedMessage First(Branch root) => root.Message ?? root.Children[0].Message!;
}
