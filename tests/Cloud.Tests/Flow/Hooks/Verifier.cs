using System.Diagnostics;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Signatures as others check them: python's hmac for v1, openssl for v1a.</summary>
static class Verifier
{
    const string Hmac = """
        import sys, hmac, hashlib, base64
        secret, id, time, signatures, path = sys.argv[1:]
        body = open(path, "rb").read()
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = id.encode() + b"." + time.encode() + b"." + body
        wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        found = [s.split(",", 1)[1] for s in signatures.split(" ") if s.startswith("v1,")]
        sys.exit(0 if any(hmac.compare_digest(wanted, one) for one in found) else 1)
        """;

    public static async Task<bool> IsSignedAsync(HookRequest request, string secret, byte[]? body = null)
    {
        using var file = new TemporaryFile(body ?? request.Body);
        string[] arguments =
        [
            "-c",
            Hmac,
            secret,
            request.Id,
            request.Fields["webhook-timestamp"],
            request.Fields["webhook-signature"],
            file.Path,
        ];
        return await RunAsync("python3", arguments) == 0;
    }

    public static async Task<bool> IsSignedByKeyAsync(HookRequest request, string publicKey)
    {
        // SubjectPublicKeyInfo of Ed25519: a fixed head, then the key.
        byte[] info = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, .. Key(publicKey)];
        var signatures = request.Fields["webhook-signature"].Split(' ').Where(one => one.StartsWith("v1a,"));
        var head = System.Text.Encoding.ASCII.GetBytes($"{request.Id}.{request.Fields["webhook-timestamp"]}.");
        using var key = new TemporaryFile(info);
        using var signed = new TemporaryFile([.. head, .. request.Body]);
        string[] arguments = ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key.Path, "-rawin"];
        foreach (var signature in signatures)
        {
            using var given = new TemporaryFile(Convert.FromBase64String(signature[4..]));
            if (await RunAsync("openssl", [.. arguments, "-in", signed.Path, "-sigfile", given.Path]) == 0)
                return true;
        }
        return false;
    }

    static byte[] Key(string publicKey) => Convert.FromBase64String(publicKey["whpk_".Length..]);

    static async Task<int> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(byte[] content) => File.WriteAllBytes(Path, content);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
