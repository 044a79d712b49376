namespace Cloud.Tests.Store.History;

enum Kind
{
    Receive,
    Append,
    Flag,
    Copy,
    Move,
    Expunge,
    Create,
    Delete,
    Rename,
    Sync,
}

/// <summary>One operation: what the numbers stand for depends on the account at that moment, so any step can be left out.</summary>
sealed record Step(Kind Kind, int A, int B, int C)
{
    static readonly Kind[] Often =
    [
        Kind.Receive,
        Kind.Receive,
        Kind.Receive,
        Kind.Append,
        Kind.Append,
        Kind.Flag,
        Kind.Flag,
        Kind.Flag,
        Kind.Copy,
        Kind.Move,
        Kind.Expunge,
        Kind.Create,
        Kind.Delete,
        Kind.Rename,
        Kind.Sync,
        Kind.Sync,
    ];

    public static List<Step> Random(Fakes.SeededEntropy entropy, int count)
    {
        var steps = new List<Step>();
        for (var i = 0; i < count; i++)
        {
            var kind = Often[entropy.Below(Often.Length)];
            steps.Add(new(kind, entropy.Below(1 << 16), entropy.Below(1 << 16), entropy.Below(1 << 16)));
        }
        return steps;
    }
}
