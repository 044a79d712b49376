using System.Security.Cryptography;
using System.Text;

namespace Cloud.Cli.Archive;

/// <summary>A message to be put into a mailbox.</summary>
/// <param name="Item">What names it in its source: the same again at each run.</param>
/// <param name="Flags">Letters of S, A, F, T, D.</param>
/// <param name="Received">Null where nobody knows.</param>
/// <param name="Content">Null where an earlier run has brought it; else the taker's to dispose.</param>
sealed record ImportMessage(
    string Item,
    string Flags,
    IReadOnlyList<string> Keywords,
    DateTimeOffset? Received,
    Spool? Content
)
{
    /// <summary>Where it is in its source, for people: a file, a UID.</summary>
    public required string Place { get; init; }

    /// <summary>Why the source cannot give it, and there is no content; null where it can.</summary>
    public string? Fault { get; init; }
}

/// <param name="Name">The path of the mailbox it goes to, levels divided by <c>/</c>.</param>
/// <param name="Role">Found by that where there is no such name; null for none.</param>
/// <param name="Source">Names what is read, in 32 hexadecimal digits.</param>
/// <param name="Messages">How many there are; null where that is not known before.</param>
sealed record ImportMailbox(string Name, string? Role, string Source, long? Messages)
{
    /// <summary>Why the source cannot give any of it; null where it can.</summary>
    public string? Fault { get; init; }
}

/// <summary>Where messages come from.</summary>
interface IImportSource : IAsyncDisposable
{
    IAsyncEnumerable<ImportMailbox> MailboxesAsync(CancellationToken cancel);

    /// <summary>All messages of a mailbox, in their order; those that are done, or cannot be read, without their octets.</summary>
    /// <param name="done">Items that an earlier run has brought.</param>
    IAsyncEnumerable<ImportMessage> MessagesAsync(
        ImportMailbox mailbox,
        IReadOnlySet<string> done,
        CancellationToken cancel
    );
}

/// <summary>Names of sources and of messages in them.</summary>
static class ImportNames
{
    public static string Source(params ReadOnlySpan<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join("\n", parts!))).AsSpan(0, 16));
}

/// <summary>Names messages by their octets: where there is the same twice, the second is another.</summary>
sealed class ContentNames
{
    readonly Dictionary<string, int> seen = new(StringComparer.Ordinal);

    /// <param name="hash">SHA-256, in hexadecimal.</param>
    public string Of(string hash)
    {
        var count = seen[hash] = seen.GetValueOrDefault(hash) + 1;
        return $"{hash}-{count}";
    }
}
