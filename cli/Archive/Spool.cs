using System.Buffers;
using System.Security.Cryptography;

namespace Cloud.Cli.Archive;

/// <summary>A message on its way: in memory, and from 256 KiB on in a file that goes with it.</summary>
sealed class Spool : IBufferWriter<byte>, IAsyncDisposable
{
    const int InMemory = 256 * 1024;

    readonly ArrayBufferWriter<byte> memory = new(16 * 1024);
    FileStream? file;

    public long Length => (file?.Length ?? 0) + memory.WrittenCount;

    /// <summary>Octets of a message that is too long to be kept: then it is empty. Else 0.</summary>
    public long LeftOut { get; init; }

    public void Advance(int count)
    {
        memory.Advance(count);
        if (memory.WrittenCount < InMemory)
            return;
        file ??= Create();
        Flush(file);
    }

    static FileStream Create()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
    }

    void Flush(FileStream target)
    {
        target.Write(memory.WrittenSpan);
        memory.ResetWrittenCount();
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => memory.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => memory.GetSpan(sizeHint);

    public async Task CopyFromAsync(Stream source, CancellationToken cancel)
    {
        while (await source.ReadAsync(GetMemory(InMemory / 4), cancel) is > 0 and var count)
            Advance(count);
    }

    /// <summary>Reads it from its first octet on; one reader at a time, and nothing is written any more.</summary>
    public Stream Open()
    {
        if (file is null)
            return new MemoryStream(memory.WrittenMemory.ToArray(), writable: false);
        Flush(file);
        file.Position = 0;
        return new Unowned(file);
    }

    /// <summary>SHA-256 of all of it, in lower-case hexadecimal.</summary>
    public async Task<string> HashAsync(CancellationToken cancel)
    {
        await using var stream = Open();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel));
    }

    public ValueTask DisposeAsync() => file?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The file's end is the spool's to decide on.</summary>
    sealed class Unowned(FileStream file) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => file.Length;

        public override long Position
        {
            get => file.Position;
            set => file.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            file.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

        public override void Flush() => file.Flush();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
