using Cloud.Store.Ports;

namespace Cloud.Cli.Serve;

/// <summary>DIR/key-encryption-key: what private keys in the store are encrypted with, unless the environment tells.</summary>
/// <remarks>
/// Made at the first use, for the user of the server alone (mode 600). Who copies the store without it has no private
/// keys; who loses it has to make new ones.
/// </remarks>
static class KeyEncryptionFile
{
    const string Name = "key-encryption-key";

    /// <summary>Octets of the file that are looked at; a secret has under 100.</summary>
    const int MaxLength = 4096;

    /// <exception cref="StoreException">What is there is no such secret.</exception>
    public static string SecretOf(Settings settings) =>
        settings.KeyEncryptionSecret ?? Read(Path.Combine(settings.Data, Name));

    /// <exception cref="StoreException">It is too short.</exception>
    public static KeyEncryptionKey Key(string secret) =>
        KeyEncryptionKey.TryFromSecret(secret, out var key)
            ? key
            : throw new StoreException($"A key-encryption key has at least {KeyEncryptionKey.MinSecret} characters.");

    static string Read(string path)
    {
        if (!File.Exists(path))
            Make(path);
        if (new FileInfo(path).Length > MaxLength || !KeyEncryptionKey.TryFromSecret(File.ReadAllText(path), out _))
            throw new StoreException($"{path} holds no key-encryption key; put it back from a backup.");
        return File.ReadAllText(path);
    }

    /// <summary>Whole and on disk before it has its name; of two that make it at once, one stays.</summary>
    static void Make(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var draft = $"{path}.{Environment.ProcessId}";
        File.Delete(draft);
        using (var file = new FileStream(draft, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(KeyEncryptionKey.NewSecret(Entropy.System) + "\n"));
            file.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(draft, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft); // Another process was first, and its key counts.
        }
    }
}
