namespace Cloud.Flow.Outbound.Relay.Smarthosts;

/// <summary>A password or token that is read when it is needed, and never printed.</summary>
public sealed class SmarthostSecret
{
    /// <summary>Octets of a file with a secret: tokens have up to a few thousand.</summary>
    const int MaxFile = 16 * 1024;

    public static readonly SmarthostSecret None = new(null, null);

    readonly string? text;
    readonly string? file;

    SmarthostSecret(string? text, string? file) => (this.text, this.file) = (text, file);

    public static SmarthostSecret Of(string text) => new(text, null);

    /// <summary>In a file, without a line end at its end; read anew each time, so that tokens can be renewed.</summary>
    public static SmarthostSecret InFile(string path) => new(null, path);

    public bool IsNone => text is null && file is null;

    /// <exception cref="IOException">The file cannot be read, or is too long.</exception>
    public async ValueTask<string> ReadAsync(CancellationToken cancel)
    {
        if (file is null)
            return text ?? "";
        try
        {
            if (new FileInfo(file).Length > MaxFile)
                throw new IOException("The file with the smarthost's secret is too long");
            return (await File.ReadAllTextAsync(file, cancel)).TrimEnd('\r', '\n');
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException("The file with the smarthost's secret cannot be read", e);
        }
    }

    public override string ToString() => "(secret)";
}
