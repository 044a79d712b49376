using Cloud.Wire;

namespace Cloud.Flow.Outbound.Relay.Smarthosts;

/// <summary>A password or token that is read when it is needed, and never printed.</summary>
public sealed class SmarthostSecret
{
    public static readonly SmarthostSecret None = new(null, null);

    readonly string? text;
    readonly string? file;

    SmarthostSecret(string? text, string? file) => (this.text, this.file) = (text, file);

    public static SmarthostSecret Of(string text) => new(text, null);

    /// <summary>In a file, without a line end at its end; read anew each time, so that tokens can be renewed.</summary>
    public static SmarthostSecret InFile(string path) => new(null, path);

    public bool IsNone => text is null && file is null;

    /// <exception cref="IOException">The file cannot be read, or is too long.</exception>
    public string Read()
    {
        if (file is null)
            return text ?? "";
        try
        {
            return SecretFiles.Read(file);
        }
        catch (IOException e)
        {
            // Senders read why their mail waits: our paths are none of their business.
            throw new IOException("The file with the smarthost's secret cannot be read", e);
        }
    }

    public override string ToString() => "(secret)";
}
