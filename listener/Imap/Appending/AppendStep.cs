using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Appending;

/// <summary>What an APPEND says, one thing after the other; a literal's octets follow on the wire.</summary>
abstract record AppendStep
{
    /// <summary>A message begins.</summary>
    /// <param name="Received">INTERNALDATE; null for now.</param>
    public sealed record Message(FlagList Flags, DateTimeOffset? Received) : AppendStep;

    /// <summary>The message goes on with a literal; always the last step of a line.</summary>
    /// <param name="IsWhole">It is all of the message, which then must not be empty.</param>
    public sealed record Literal(LiteralHeader Header, bool IsWhole) : AppendStep;

    /// <summary>The message goes on with a message or part that is here already (RFC 4469 §3).</summary>
    public sealed record Url(string Text) : AppendStep;

    /// <summary>A URL comes as a literal; always the last step of a line.</summary>
    public sealed record UrlLiteral(LiteralHeader Header) : AppendStep;
}
