using Cloud.Wire;

namespace Cloud.Tests.Wire;

public sealed class SecretFilesTests : IDisposable
{
    readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("s3cret")]
    [InlineData("s3cret\n")]
    [InlineData("s3cret\r\n\n")]
    public void A_line_end_at_the_end_is_none_of_it(string text)
    {
        File.WriteAllText(file, text);
        Assert.Equal("s3cret", SecretFiles.Read(file));
    }

    [Fact]
    public void Spaces_and_letters_beyond_ASCII_are()
    {
        File.WriteAllText(file, " ä\n b \n");
        Assert.Equal(" ä\n b ", SecretFiles.Read(file));
    }

    [Fact]
    public void What_is_too_long_for_a_secret_is_not_read_and_not_told()
    {
        File.WriteAllText(file, new string('x', 16 * 1024));
        Assert.Equal(16 * 1024, SecretFiles.Read(file).Length);
        File.AppendAllText(file, "x");
        var fault = Assert.Throws<IOException>(() => SecretFiles.Read(file));
        Assert.DoesNotContain("xx", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Neither is there a file, nor may a directory be read: to a caller both are the same.</summary>
    [Fact]
    public void What_cannot_be_read_is_an_IOException()
    {
        Assert.ThrowsAny<IOException>(() => SecretFiles.Read("/nowhere/secret"));
        Assert.ThrowsAny<IOException>(() => SecretFiles.Read(Path.GetTempPath()));
        Assert.ThrowsAny<IOException>(() => SecretFiles.Read(""));
        var faults = new List<string>();
        Assert.Null(SecretFiles.Read("some-file", Path.GetTempPath(), faults));
        Assert.StartsWith("some-file: cannot be read: ", Assert.Single(faults));
    }
}
