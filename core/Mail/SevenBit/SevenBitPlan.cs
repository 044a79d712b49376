namespace Cloud.Mail.SevenBit;

/// <summary>How one message is put into 7 bit: made by a <see cref="SevenBitSurvey"/>, used by any number of conversions.</summary>
public sealed class SevenBitPlan
{
    internal SevenBitPlan(IReadOnlyList<SevenBitEdit> edits) => Edits = edits;

    /// <summary>In order, apart from each other. What is between them stays.</summary>
    internal IReadOnlyList<SevenBitEdit> Edits { get; }
}

/// <summary>One change to a run of octets, which may be empty.</summary>
sealed record SevenBitEdit(long Start, long End)
{
    /// <summary>The encoding that is to be: of the body, or told in the header; null where a header tells what it told.</summary>
    public required string? Encoding { get; init; }

    /// <summary>Of a body that is encoded already, though not as it should be; null for one that is not.</summary>
    public Octets? Decoded { get; init; }

    /// <summary>The octets are a header.</summary>
    public bool IsHeader { get; init; }

    /// <summary>It is a message's, which tells its version of MIME.</summary>
    public bool IsMessage { get; init; }

    /// <summary>A blank line has to follow: the body's first line may look like a field once it is encoded.</summary>
    public bool EndsHeader { get; init; }

    public static SevenBitEdit OfHeader(Tile header, string? encoding, bool isMessage, bool endsHeader) =>
        new(header.Start, header.End)
        {
            Encoding = encoding,
            IsHeader = true,
            IsMessage = isMessage,
            EndsHeader = endsHeader,
        };
}
