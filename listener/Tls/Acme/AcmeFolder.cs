namespace Cloud.Listener.Tls.Acme;

/// <summary>Files of mode 600 under a directory that outlives the process; of one process at a time.</summary>
public sealed class AcmeFolder(string directory) : IAcmeFiles
{
    public async ValueTask<string?> ReadAsync(string name, CancellationToken cancel)
    {
        var path = Path.Combine(directory, name);
        try
        {
            return File.Exists(path) ? await File.ReadAllTextAsync(path, cancel) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{path}: {e.Message}", e);
        }
    }

    public async ValueTask<bool> TryAddAsync(string name, string text, CancellationToken cancel)
    {
        if (File.Exists(Path.Combine(directory, name)))
            return false;
        await WriteAsync(name, text, cancel);
        return true;
    }

    public ValueTask WriteAsync(string name, string text, CancellationToken cancel)
    {
        var path = Path.Combine(directory, name);
        try
        {
            MakeFolder(Path.GetDirectoryName(path)!);
            ServerCertificate.WriteSecret(path, text);
            return default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{path}: {e.Message}", e);
        }
    }

    static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
    }
}
