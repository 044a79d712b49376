namespace Cloud.Trust.Dkim;

/// <summary>A message as it streams by: its header is kept, its body hashed in one pass.</summary>
/// <remarks>
/// How the octets are cut makes no difference. Nothing is copied or allocated for the body, and what several signatures
/// ask for is hashed once.
/// </remarks>
/// <param name="limits">Of the header.</param>
/// <param name="begin">Called when the header is there, before any of the body: it asks for hashes.</param>
sealed class StreamedMessage(DkimLimits limits, Action begin) : IDisposable
{
    readonly CanonicalBody?[] bodies = new CanonicalBody?[2]; // by form

    public HeaderBlock Header { get; } = new(limits.MaxHeader, limits.MaxFields);

    public bool IsHeaderComplete { get; private set; }

    /// <summary>The body in a form; to be asked for while the header ends.</summary>
    public CanonicalBody BodyOf(Canonicalization form) => bodies[(int)form] ??= new(form);

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (IsHeaderComplete)
        {
            WriteBody(octets);
            return;
        }

        if (!Header.Write(octets, out var body))
            return;
        Begin();
        WriteBody(body.Held);
        WriteBody(body.Last);
    }

    /// <summary>Ends the message: hashes have their values.</summary>
    public void Complete()
    {
        if (!IsHeaderComplete)
        {
            var held = Header.Complete().Held;
            Begin();
            WriteBody(held);
        }

        foreach (var body in bodies)
            body?.Complete();
    }

    public void Dispose()
    {
        foreach (var body in bodies)
            body?.Dispose();
        Header.Dispose();
    }

    void Begin()
    {
        IsHeaderComplete = true;
        begin();
    }

    void WriteBody(ReadOnlySpan<byte> octets)
    {
        foreach (var body in bodies)
            body?.Write(octets);
    }
}
