namespace Cloud.Store.Overviews;

/// <summary>Octets of a header field, or nil: a view into the page.</summary>
public readonly ref struct OverviewText(ReadOnlySpan<byte> span, bool isNil)
{
    public ReadOnlySpan<byte> Span { get; } = span;

    /// <summary>The field is missing: not the same as empty.</summary>
    public bool IsNil => isNil;
}

/// <summary>One entry of an address list, as <see cref="Mail.Headers.Address"/> has it.</summary>
public readonly ref struct OverviewAddress(OverviewText name, OverviewText adl, OverviewText mailbox, OverviewText host)
{
    public OverviewText Name { get; } = name;

    public OverviewText Adl { get; } = adl;

    public OverviewText Mailbox { get; } = mailbox;

    public OverviewText Host { get; } = host;

    public bool IsMailbox => !Host.IsNil;

    public bool IsGroupEnd => Host.IsNil && Mailbox.IsNil;
}
