using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Cli.Archive;

/// <summary>A line of <c>manifest.jsonl</c>: what an export holds, and what it must hash to.</summary>
/// <remarks>
/// The first line tells of the export, the last says that it is whole: with the number of messages, and the SHA-256 of all
/// lines before it. In between stand mailboxes, each before its messages, and messages.
/// </remarks>
sealed record ManifestLine
{
    /// <summary>Of the first line: the form of this file.</summary>
    public int? Version { get; init; }

    /// <summary>Of the first line: whose mail it is.</summary>
    public string? Address { get; init; }

    public DateTimeOffset? Made { get; init; }

    /// <summary>The mailbox that begins, or that the message is in: its path.</summary>
    public string? Mailbox { get; init; }

    public string? Role { get; init; }

    /// <summary>Where the message is, from the manifest's directory on; null for a mailbox.</summary>
    public string? File { get; init; }

    /// <summary>Where in an mbox file its separator begins; null where the file is the message.</summary>
    public long? Offset { get; init; }

    /// <summary>Where the message is, for people.</summary>
    [JsonIgnore]
    public string Place => Offset is { } offset ? $"{File} at {offset}" : $"{File}";

    /// <summary>Octets.</summary>
    public long? Size { get; init; }

    /// <summary>Of the message's octets, in lower-case hexadecimal. Of the last line: of all lines before it.</summary>
    public string? Sha256 { get; init; }

    public DateTimeOffset? Received { get; init; }

    public IReadOnlyList<string>? Flags { get; init; }

    public IReadOnlyList<string>? Keywords { get; init; }

    /// <summary>Of the last line: how many there are.</summary>
    public long? Messages { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ManifestLine))]
sealed partial class ManifestJson : JsonSerializerContext;

/// <summary>Writes a manifest line by line.</summary>
sealed class ManifestWriter : IAsyncDisposable
{
    public const string Name = "manifest.jsonl";

    public const int Version = 1;

    readonly FileStream file;
    readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public ManifestWriter(string directory) =>
        file = new(Path.Combine(directory, Name), FileMode.CreateNew, FileAccess.Write);

    public async Task WriteAsync(ManifestLine line, CancellationToken cancel)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, ManifestJson.Default.ManifestLine), (byte)'\n'];
        hash.AppendData(bytes);
        await file.WriteAsync(bytes, cancel);
    }

    /// <summary>Says that nothing is missing.</summary>
    public async Task EndAsync(long messages, CancellationToken cancel)
    {
        await WriteAsync(
            new() { Messages = messages, Sha256 = Convert.ToHexStringLower(hash.GetCurrentHash()) },
            cancel
        );
        file.Flush(flushToDisk: true);
    }

    public async ValueTask DisposeAsync()
    {
        hash.Dispose();
        await file.DisposeAsync();
    }
}

/// <summary>Reads a manifest, and says where it is not what was written.</summary>
static class ManifestReader
{
    /// <summary>Octets of a line: far more than names and keywords have.</summary>
    const int MaxLine = 1024 * 1024;

    /// <summary>Lines but the last.</summary>
    /// <exception cref="IOException">It is none, it is cut, or it was changed.</exception>
    public static async IAsyncEnumerable<ManifestLine> ReadAsync(
        string directory,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        var path = Path.Combine(directory, ManifestWriter.Name);
        if (!File.Exists(path))
            throw new IOException($"There is no {path}: this is no export");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var reader = new StreamReader(path, Encoding.UTF8);
        var (messages, isFirst) = (0L, true);
        while (await reader.ReadLineAsync(cancel) is { } text)
        {
            var line = Parse(text);
            if (line.Messages is { } count)
            {
                var isWhole = count == messages && line.Sha256 == Convert.ToHexStringLower(hash.GetCurrentHash());
                if (!isWhole || await reader.ReadLineAsync(cancel) is not null)
                    throw new IOException($"{path} was changed: its last line does not fit the others");
                yield break;
            }
            hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
            if (isFirst && line.Version != ManifestWriter.Version)
                throw new IOException($"{path} is of a version that this program does not know");
            isFirst = false;
            messages += line.File is null ? 0 : 1;
            yield return line;
        }
        throw new IOException($"{path} has no last line: the export came to no end");
    }

    static ManifestLine Parse(string text)
    {
        try
        {
            if (
                text.Length <= MaxLine
                && JsonSerializer.Deserialize(text, ManifestJson.Default.ManifestLine) is { } line
            )
                return line;
        }
        catch (JsonException e)
        {
            throw new IOException($"A line of {ManifestWriter.Name} is damaged", e);
        }
        throw new IOException($"A line of {ManifestWriter.Name} is damaged");
    }

    /// <summary>Reads a message of an export.</summary>
    /// <returns>The taker's to dispose; null where there is no such file, or nothing in it there.</returns>
    public static async Task<Spool?> OpenAsync(string directory, ManifestLine line, CancellationToken cancel)
    {
        var root = Path.GetFullPath(directory) + Path.DirectorySeparatorChar;
        var path = Path.GetFullPath(Path.Combine(root, line.File ?? ""));
        // A manifest may have been made up: it names nothing outside of its own directory.
        if (!path.StartsWith(root, StringComparison.Ordinal) || !File.Exists(path))
            return null;
        await using var file = File.OpenRead(path);
        if (line.Offset is { } offset)
        {
            if (offset < 0 || offset >= file.Length)
                return null;
            file.Position = offset;
            await foreach (
                var (_, content) in MboxMessages.ReadAsync(file, Cloud.Mail.Archives.MboxFamily.Mboxrd, cancel)
            )
                return content;
            return null;
        }
        var spool = new Spool();
        try
        {
            await spool.CopyFromAsync(file, cancel);
            return spool;
        }
        catch
        {
            await spool.DisposeAsync();
            throw;
        }
    }
}
