using System.Text.Json.Serialization;
using Cloud.Store.Messages;

namespace Cloud.Store.Search;

/// <summary>A search as a tree. Keys that belong to a session (\Recent, sequence numbers) become <see cref="InSet"/>.</summary>
[JsonDerivedType(typeof(All), "all")]
[JsonDerivedType(typeof(And), "and")]
[JsonDerivedType(typeof(Or), "or")]
[JsonDerivedType(typeof(Not), "not")]
[JsonDerivedType(typeof(InSet), "set")]
[JsonDerivedType(typeof(HasFlag), "flag")]
[JsonDerivedType(typeof(HasKeyword), "keyword")]
[JsonDerivedType(typeof(Received), "received")]
[JsonDerivedType(typeof(Sent), "sent")]
[JsonDerivedType(typeof(Header), "header")]
[JsonDerivedType(typeof(Body), "body")]
[JsonDerivedType(typeof(Anywhere), "anywhere")]
[JsonDerivedType(typeof(Larger), "larger")]
[JsonDerivedType(typeof(Smaller), "smaller")]
[JsonDerivedType(typeof(ChangedSince), "changed-since")]
[JsonDerivedType(typeof(Saved), "saved")]
[JsonDerivedType(typeof(Arrived), "arrived")]
[JsonDerivedType(typeof(IsEmail), "email")]
[JsonDerivedType(typeof(InThread), "thread")]
[JsonDerivedType(typeof(Fuzzy), "fuzzy")]
public abstract record SearchKey
{
    /// <summary>Matches every message.</summary>
    public sealed record All : SearchKey;

    public sealed record And(IReadOnlyList<SearchKey> Keys) : SearchKey;

    public sealed record Or(SearchKey Left, SearchKey Right) : SearchKey;

    public sealed record Not(SearchKey Key) : SearchKey;

    public sealed record InSet(UidSet Uids) : SearchKey;

    public sealed record HasFlag(MessageFlags Flag) : SearchKey;

    /// <summary>Keyword names are compared without case.</summary>
    public sealed record HasKeyword(string Keyword) : SearchKey;

    /// <summary>INTERNALDATE's day, without time and zone (RFC 9051 §6.4.4), in [From, Until).</summary>
    public sealed record Received(DateOnly From, DateOnly Until) : SearchKey;

    /// <summary>The Date header's day, without time and zone, in [From, Until).</summary>
    public sealed record Sent(DateOnly From, DateOnly Until) : SearchKey;

    /// <summary>A field of this name contains the text (decoded, without case); an empty text asks for the field alone.</summary>
    public sealed record Header(string Name, string Text) : SearchKey;

    /// <summary>The text parts contain the text.</summary>
    public sealed record Body(string Text) : SearchKey;

    /// <summary>Header or text parts contain the text.</summary>
    public sealed record Anywhere(string Text) : SearchKey;

    /// <summary>More octets than this.</summary>
    public sealed record Larger(long Octets) : SearchKey;

    /// <summary>Fewer octets than this.</summary>
    public sealed record Smaller(long Octets) : SearchKey;

    /// <summary>MODSEQ of at least this (RFC 7162 §3.1.5).</summary>
    public sealed record ChangedSince(ulong ModSeq) : SearchKey;

    /// <summary>SAVEDATE's day in UTC, in [From, Until) (RFC 8514 §4.3).</summary>
    public sealed record Saved(DateOnly From, DateOnly Until) : SearchKey;

    /// <summary>INTERNALDATE in seconds since 1970 UTC, both ends included (RFC 5032).</summary>
    public sealed record Arrived(long Earliest, long Latest) : SearchKey;

    /// <summary>It is this message (RFC 8474 §5.3).</summary>
    public sealed record IsEmail(EmailId Email) : SearchKey;

    /// <summary>It is of the thread of this number (RFC 8474 §5.3).</summary>
    public sealed record InThread(ulong Thread) : SearchKey;

    /// <summary>The words of a <see cref="Header"/>, <see cref="Body"/> or <see cref="Anywhere"/> in any order (RFC 6203 §3).</summary>
    public sealed record Fuzzy(SearchKey Key) : SearchKey;
}
