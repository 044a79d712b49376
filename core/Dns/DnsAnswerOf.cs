namespace Cloud.Dns;

/// <summary>An answer whose records are of one type.</summary>
public readonly struct DnsAnswer<T>(DnsAnswer answer)
    where T : ResourceRecord
{
    /// <summary>The same, its records of no certain type.</summary>
    public DnsAnswer Answer { get; } = answer;

    public AnswerKind Kind => Answer.Kind;

    public bool IsAnswer => Answer.IsAnswer;

    public bool IsFailure => Answer.IsFailure;

    public bool IsVoid => Answer.IsVoid;

    public bool Authenticated => Answer.Authenticated;

    /// <summary>In the order of the message; none unless this is an answer.</summary>
    public IReadOnlyList<T> Records => Answer.Records as IReadOnlyList<T> ?? [.. Answer.Records.OfType<T>()];

    public override string ToString() => Answer.ToString();
}
