namespace Cloud.Listener.Tls;

/// <summary>A certificate in two PEM files that somebody else renews.</summary>
/// <param name="certificatePath">The server's certificate, then its issuers.</param>
/// <param name="keyPath">Its private key, unencrypted; may be the same file.</param>
public sealed class PemFiles(string certificatePath, string keyPath) : ICertificateSource
{
    /// <summary>How often the files are looked at.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    (Stamp Certificate, Stamp Key)? loaded;

    public string CertificatePath => certificatePath;

    public string KeyPath => keyPath;

    /// <summary>Half a renewal, mostly: the other file comes in a moment.</summary>
    public (TimeSpan First, TimeSpan Most) Retry => (Interval, Interval);

    public ValueTask<CertificateLook> LookAsync(CancellationToken cancel)
    {
        try
        {
            if (Now() == loaded)
                return new(new CertificateLook(null, Interval));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException(e.Message, e);
        }
        return new(new CertificateLook(Load(), Interval));
    }

    /// <exception cref="CertificateException">The files do not hold a matching certificate and key.</exception>
    public ServerCertificate Load()
    {
        try
        {
            var stamps = Now();
            var certificate = ServerCertificate.FromPem(Read(certificatePath), Read(keyPath));
            loaded = stamps;
            return certificate;
        }
        catch (Exception e) when (e is CertificateException or IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{certificatePath} and {keyPath}: {e.Message}", e);
        }
    }

    static string Read(string path) =>
        new FileInfo(path).Length <= ServerCertificate.MaxSize
            ? File.ReadAllText(path)
            : throw new CertificateException($"{path} is larger than {ServerCertificate.MaxSize} octets");

    (Stamp, Stamp) Now() => (Stamp.Of(certificatePath), Stamp.Of(keyPath));

    /// <summary>Tells one version of a file from the next. Renewal tools turn links, so the file behind them counts.</summary>
    readonly record struct Stamp(string Path, DateTime Written, long Length)
    {
        public static Stamp Of(string path)
        {
            var file = new FileInfo(path);
            var target = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return new(target.FullName, target.LastWriteTimeUtc, target.Length);
        }
    }
}
